"""What a service may not write or read, the broker refuses it; shown for every pair of a service and a topic."""

import asyncio

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import GroupCoordinatorNotAvailableError, NoError, for_code
from aiokafka.errors import KafkaError as ClientError
from aiokafka.protocol.coordination import FindCoordinatorRequest
from aiokafka.protocol.fetch import FetchRequest
from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclBinding, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType
from pydantic import SecretStr

from deploy.kafka.access import bindings
from deploy.kafka.apply import main
from deploy.kafka.client import login
from deploy.kafka.topics import TopicError, admin_client, create_topics, keep_as_declared
from shared.messaging.client import KafkaConnection, abandon, start_producer
from shared.messaging.topics import KERNEL_TOPICS, Topic
from tests.kafka.conftest import login_as
from tests.walled_team import INTAKE, OWN, WITH_WALL

pytestmark = pytest.mark.kafka

SERVICES = tuple(WITH_WALL.services)
TOPICS = tuple(topic.name for topic in WITH_WALL.topics)
PAIRS = [
    pytest.param(service, topic, id=f"{service}-{topic.removeprefix('safeguarding.').removesuffix('.v1')}")
    for service in SERVICES
    for topic in TOPICS
]
PATIENCE = 20


@pytest.fixture
def with_wall(monkeypatch) -> None:
    """The command finds the teams there are, and the one behind the wall."""
    monkeypatch.setattr("deploy.kafka.apply.access", lambda: WITH_WALL)


@pytest.fixture(scope="module")
def filled(kafka) -> None:
    """Something to read on every topic."""
    producer = Producer({"bootstrap.servers": kafka.bootstrap, **kafka.administrator, "log_level": "0"})
    for topic in TOPICS:
        producer.produce(
            topic, b"to be read", b"key", partition=0
        )  # a compacted topic takes no message without
    assert producer.flush(PATIENCE) == 0


async def write(brokers: KafkaConnection, topic: str) -> str:
    """What comes of writing a topic, as a relay writes: over SCRAM and idempotent."""
    producer = await start_producer(brokers, idempotent=True)
    try:
        sent = await asyncio.wait_for(
            producer.send_and_wait(topic, b"written", b"key", partition=0), PATIENCE
        )
    except ClientError as error:
        return type(error).__name__
    finally:
        await abandon(producer)
    assert sent.topic == topic
    return "done"


async def read(brokers: KafkaConnection, topic: str) -> str:
    """What the broker answers to a request for the topic's first messages, whatever a client would make of it."""
    client = AIOKafkaClient(**brokers.client())
    await client.bootstrap()
    try:
        node = client.get_random_node()
        request = FetchRequest(500, 1, 1_000_000, 0, [(topic, [(0, 0, 1_000_000)])], rack_id="")
        answer = await asyncio.wait_for(client.send(node, request), PATIENCE)
    finally:
        await client.close()
    ((_, (partition,)),) = answer.topics
    error, records = for_code(partition[1]), partition[-1]
    assert bool(records) == (error is NoError)
    return "done" if error is NoError else str(error.__name__)


@pytest.mark.parametrize(("service", "topic"), PAIRS)
async def test_a_service_writes_its_own_topics_and_is_refused_on_every_other(kafka, service, topic):
    expected = "done" if WITH_WALL.may_write(service, topic) else "TopicAuthorizationFailedError"
    assert await write(login_as(kafka, service), topic) == expected


@pytest.mark.parametrize(("service", "topic"), PAIRS)
async def test_a_service_reads_what_it_declares_and_is_refused_every_other_topic(
    kafka, filled, service, topic
):
    expected = "done" if WITH_WALL.may_read(service, topic) else "TopicAuthorizationFailedError"
    assert await read(login_as(kafka, service), topic) == expected


async def find_group(brokers: KafkaConnection, group: str) -> str:
    """What the broker answers to the question every member of a group asks first."""
    client = AIOKafkaClient(**brokers.client())
    await client.bootstrap()
    try:
        question = FindCoordinatorRequest(group, 0)
        answer = await asyncio.wait_for(client.send(client.get_random_node(), question), PATIENCE)
    finally:
        await client.close()
    error = for_code(answer.error_code)
    # The first question of all has it make the topic of offsets, and is to be asked again.
    return "done" if error in {NoError, GroupCoordinatorNotAvailableError} else str(error.__name__)


@pytest.mark.parametrize("owner", SERVICES)
@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_takes_part_in_its_own_groups_alone(kafka, service, owner):
    expected = "done" if service == owner else "GroupAuthorizationFailedError"
    for group in (owner, f"{owner}.resend"):
        assert await find_group(login_as(kafka, service), group) == expected


async def test_a_group_of_a_like_name_is_not_its_own(kafka):
    assert await find_group(login_as(kafka, "mash"), "mash_archive") == "GroupAuthorizationFailedError"


def test_nobody_but_its_team_touches_what_lies_behind_a_wall(kafka):
    """Said of the broker's own list of rules, and not only tried."""
    admin = admin_client(kafka.bootstrap, kafka.administrator)  # kept: its requests end with it
    found = admin.describe_acls(_every_rule()).result()
    about = {
        (rule.principal, rule.operation.name)
        for rule in found
        if rule.restype is ResourceType.TOPIC and rule.name in {OWN, INTAKE}
    }
    assert about == {("User:allegations", "READ"), ("User:allegations", "WRITE"), ("User:mash", "WRITE")}
    assert {rule for rule in found if rule.restype is ResourceType.TOPIC and rule.name == OWN} == {
        rule for rule in bindings(WITH_WALL) if rule.name == OWN
    }


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_makes_topics_or_rules(kafka, service):
    admin = admin_client(kafka.bootstrap, login(service, kafka.password(service)))
    extra = Topic(name="safeguarding.extra.v1", partitions=1, retention_days=1)
    with pytest.raises(TopicError, match="uthorization"):
        create_topics(
            kafka.bootstrap, declared=[extra], login=login(service, kafka.password(service)), timeout=PATIENCE
        )
    rule = _rule(f"User:{service}", OWN)
    with pytest.raises(KafkaException, match="AUTHORIZATION_FAILED"):
        admin.create_acls([rule], request_timeout=PATIENCE)[rule].result()


def test_a_misspelt_topic_is_an_error_and_not_a_new_topic(kafka):
    admin = admin_client(kafka.bootstrap, kafka.administrator)
    found = admin.list_topics("safeguarding.mahs.v1", timeout=PATIENCE).topics["safeguarding.mahs.v1"]
    assert found.error.name() == "UNKNOWN_TOPIC_OR_PART"
    assert "safeguarding.mahs.v1" not in admin.list_topics(timeout=PATIENCE).topics


@pytest.mark.parametrize("who", ["nobody", "wrong password", "unknown user"])
async def test_who_does_not_say_who_they_are_gets_nothing(kafka, who):
    known = login_as(kafka, "mash")
    brokers = {
        "nobody": KafkaConnection(kafka.bootstrap),
        "wrong password": KafkaConnection(kafka.bootstrap, "mash", SecretStr("guessed")),
        "unknown user": KafkaConnection(kafka.bootstrap, "police", known.password),
    }[who]
    with pytest.raises(ClientError):
        async with asyncio.timeout(PATIENCE):
            await start_producer(brokers, idempotent=False)


def test_a_rule_that_is_not_declared_is_told_and_taken_away(kafka, with_wall, tmp_path, capsys):
    password = tmp_path / "admin.password"
    password.touch(mode=0o600)
    password.write_text(kafka.administrator["sasl.password"])
    command = [kafka.bootstrap, "--password-file", str(password), "--mechanism", "PLAIN"]
    assert main([*command, "--check"]) == 0
    assert capsys.readouterr().out == "Everything is as declared.\n"
    admin = admin_client(kafka.bootstrap, kafka.administrator)
    strange = [
        _rule("User:chronology", OWN),
        _rule("User:school", "safeguarding.", ResourcePatternType.PREFIXED),
        _rule("User:*", "*"),
    ]
    _make(admin, strange)
    told = {
        "not declared: User:chronology may read topic safeguarding.allegations.v1",
        "not declared: User:school may read topic safeguarding.*",
        "not declared: User:* may read topic *",
    }
    assert main([*command, "--check"]) == 1
    assert set(capsys.readouterr().out.splitlines()) == told
    assert main(command) == 1
    assert set(capsys.readouterr().out.splitlines()) == told
    assert main([*command, "--remove-undeclared"]) == 0
    assert main([*command, "--check"]) == 0
    password.write_text("guessed")
    assert main([*command, "--check"]) == 1
    assert "refuses the user admin" in capsys.readouterr().err


def test_another_broker_is_brought_to_the_same_by_the_command_alone(kafka, with_wall, tmp_path, capsys):
    """Rules and a topic taken away by hand come back."""
    admin = admin_client(kafka.bootstrap, kafka.administrator)
    _remove_everything(admin)
    passwords = tmp_path / "passwords"
    passwords.mkdir()
    for name, word in {
        "admin": kafka.administrator["sasl.password"],
        **{service: kafka.password(service) for service in SERVICES},
    }.items():
        path = passwords / f"{name}.password"
        path.touch(mode=0o600)
        path.write_text(word)
    command = [kafka.bootstrap, "--password-file", str(passwords / "admin.password"), "--mechanism", "PLAIN"]
    assert main([*command, "--check"]) == 1
    assert "no topic safeguarding.allegations.v1" in capsys.readouterr().out
    assert main([*command, "--passwords", str(passwords)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "created topic safeguarding.allegations.v1" in said
    assert "set the password of allegations" in said
    assert sum(line.startswith("added: ") for line in said) == len(bindings(WITH_WALL))
    assert not any(kafka.password(service) in line for service in SERVICES for line in said)
    assert main([*command, "--check"]) == 0


def _rule(
    principal: str, topic: str, pattern: ResourcePatternType = ResourcePatternType.LITERAL
) -> AclBinding:
    return AclBinding(
        ResourceType.TOPIC, topic, pattern, principal, "*", AclOperation.READ, AclPermissionType.ALLOW
    )


def _every_rule():
    from deploy.kafka.rules import _any

    return _any(kind=ResourceType.ANY)


def _make(admin: AdminClient, rules: list[AclBinding]) -> None:
    for done in admin.create_acls(rules, request_timeout=PATIENCE).values():
        done.result()


def _remove_everything(admin: AdminClient) -> None:
    for done in admin.delete_acls([_every_rule()], request_timeout=PATIENCE).values():
        done.result()
    admin.delete_topics([OWN], operation_timeout=PATIENCE)[OWN].result()


def test_a_topic_that_kept_its_messages_otherwise_is_brought_to_what_is_declared(kafka):
    """As one that was made by an older version: the checkpoints' topic is compacted now."""
    name = "safeguarding.older.v1"
    older, newer = Topic(name=name, partitions=1), Topic(name=name, partitions=1, compacted=True)
    create_topics(kafka.bootstrap, declared=[older], login=kafka.administrator, timeout=PATIENCE)
    try:
        for expected in ([name], []):
            changed = keep_as_declared(kafka.bootstrap, [newer], kafka.administrator, PATIENCE)
            assert changed == expected
        assert keep_as_declared(kafka.bootstrap, KERNEL_TOPICS, kafka.administrator, PATIENCE) == []
    finally:
        admin = admin_client(kafka.bootstrap, kafka.administrator)
        admin.delete_topics([name], operation_timeout=PATIENCE)[name].result()
