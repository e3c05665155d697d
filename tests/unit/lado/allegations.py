"""Examples the tests of the LADO share: an adult, a notification, and what is done of it."""

from uuid import uuid5

from services.lado.app import app as lado
from services.lado.codes import AllegationOutcome, Limb, Party, Strand, Threshold
from services.lado.streams.allegation import (
    Adult,
    Close,
    DecideBarringReferral,
    DecideRegulatorReferral,
    DecideThreshold,
    DetermineOutcome,
    HoldAllegationsMeeting,
    ReceiveNotification,
    ReviewAllegation,
)
from services.mash.app import app as mash
from shared.domain.compared import ComparedLine
from shared.domain.fields import Names
from shared.domain.instants import london
from shared.testing.deciders import Story, story_of
from shared.testing.facts import CHILD, actor
from shared.testing.teams import team_of

NAMES = Names(bytes(32), "lado")
OFFICER = actor("lado", "Ines Marsh")
DEPUTY = actor("lado_deputy", "Lee Hart")
CONTACT = uuid5(CHILD, "contact")
HAPPENED = london(2026, 5, 18, 18)
KNEW = london(2026, 5, 19, 15)
NOTIFIED = london(2026, 5, 20, 11)
DECIDED = london(2026, 5, 20, 15)
MET = london(2026, 5, 27, 10)

team = team_of(lado)
front_door = team_of(mash)


def line(text: str) -> ComparedLine:
    """A line as a command has it, with its digests."""
    return ComparedLine.of(text, NAMES)


COACH = Adult(name=line("Carl Example"), role="coach", employer=line("Example FC"))
NOTIFICATION = ReceiveNotification(
    about=(CHILD,), adult=COACH, alleged="Grabbed a child by the neck.", notified_by="L. Shaw"
)
THRESHOLD = DecideThreshold(
    limbs=(Limb.HARMED_OR_MAY_HAVE_HARMED, Limb.POSSIBLE_OFFENCE), decision=Threshold.ALLEGATION
)
LOW_LEVEL = DecideThreshold(limbs=(), decision=Threshold.LOW_LEVEL_CONCERN, advice="Keep it on the file.")
MEETING = HoldAllegationsMeeting(
    present=(Party.LADO, Party.POLICE, Party.EMPLOYER),
    strands=(Strand.POLICE, Strand.EMPLOYER),
    decisions=("Not to work with children meanwhile.",),
)
REVIEW = ReviewAllegation(notes="The employer has finished.")
SUBSTANTIATED = DetermineOutcome(outcome=AllegationOutcome.SUBSTANTIATED)
UNFOUNDED = DetermineOutcome(outcome=AllegationOutcome.UNFOUNDED)
BARRING = DecideBarringReferral(referred=True, reason="The harm test is met.")
REGULATOR = DecideRegulatorReferral(referred=False, reason="No profession that is regulated.")
CLOSE = Close()


def re(story: Story, command, **changed):
    """The command, addressed to the allegation of the story's last step."""
    return command.model_copy(update={"re": story.id, **changed})


def notified(story: Story | None = None, *, at=NOTIFIED, happened=HAPPENED, known=KNEW, **changed) -> Story:
    """A story in which the LADO was notified."""
    command = NOTIFICATION.model_copy(update=changed)
    return (story or story_of(team)).when(command, at=at, happened=happened, known=known, by=OFFICER)


def then(story: Story, *steps) -> Story:
    """Further steps on the allegation that the story's last step opened: each a command and its moment."""
    allegation = story.id
    for command, at in steps:
        story = story.when(command.model_copy(update={"re": allegation}), at=at, by=OFFICER)
    return story


def decided(**changed) -> Story:
    """It meets the threshold."""
    return then(notified(**changed), (THRESHOLD, DECIDED))


def concluded(outcome=SUBSTANTIATED) -> Story:
    """It met the threshold, a meeting was held, and the outcome is determined."""
    return then(notified(), (THRESHOLD, DECIDED), (MEETING, MET), (outcome, london(2026, 6, 19, 10)))


def go_on(story: Story, *steps) -> Story:
    """Further steps on the one allegation of a story."""
    [allegation] = {
        one.envelope.thing_id for one in story.records if one.event.NAME == "lado.AllegationReceived"
    }
    for command, at in steps:
        story = story.when(command.model_copy(update={"re": allegation}), at=at, by=OFFICER)
    return story
