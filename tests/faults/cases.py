"""Cases made for playing under kills: several families at once, so that something is always on its way."""

from pathlib import Path

FAMILIES = ("archer", "bird", "carter", "dale", "ellis", "fox")

PEOPLE = """\
  FAMILY_elder: {kind: child, name: Elder Family, born: 2015-03-01, family: FAMILY}
  FAMILY_younger: {kind: child, name: Younger Family, born: 2019-07-12, family: FAMILY}
  FAMILY_father: {kind: adult, name: Father Family, family: FAMILY, relations: [{to: FAMILY_elder, is: father}]}
"""

# Both children are in the first contact, each with clocks of their own. What is reported then of a child whose referral is
# open is a note on that case: a task for its worker, and no contact that could be decided.
STEPS = """\
- at: 2026-12-21T14:MM
  by: {name: L. Shaw, role: designated_safeguarding_lead, agency: education}
  do: mash.ReceiveContact
  as: FAMILY_contact
  about: [FAMILY_elder, FAMILY_younger]
  with: {source: "2A", referrer: {name: L. Shaw, agency: education, contact: none}, worries: "Hungry.", family_aware: true}
- at: 2026-12-21T15:MM
  by: {name: Jo Bell, role: mash_screener, agency: childrens_social_care}
  do: mash.ScreenContact
  re: FAMILY_contact
  as: FAMILY_screening
  with: {potential: child_in_need, young_carers: [FAMILY_elder]}
- at: 2026-12-22T16:MM
  by: {name: Ana Lim, role: mash_manager, agency: childrens_social_care}
  do: mash.HoldContact
  re: FAMILY_contact
  as: FAMILY_held
  with: {reason: "Waiting for the GP."}
- at: 2026-12-23T12:MM
  by: {name: Ana Lim, role: mash_manager, agency: childrens_social_care}
  do: mash.DecideContact
  re: FAMILY_contact
  as: FAMILY_decision
  with: {outcome: referral_accepted, level: 4, primary_need: N4, rationale: "Losing weight."}
- at: 2026-12-23T13:MM
  by: {name: Ravi Cole, role: team_manager, agency: childrens_social_care}
  do: assessment.AllocateWorker
  about: [FAMILY_elder, FAMILY_younger]
  as: FAMILY_allocation
  with: {worker: Worker Family, assessment_due_in_working_days: 20}
- at: 2026-12-23T14:MM
  by: {name: P. Nurse, role: health_practitioner, agency: health}
  do: mash.ReceiveContact
  as: FAMILY_second
  about: [FAMILY_younger]
  with: {source: "3A", referrer: {name: P. Nurse, agency: health, contact: none}, worries: "Thin.", family_aware: true}
- at: 2026-12-23T15:MM
  by: {name: Ana Lim, role: mash_manager, agency: childrens_social_care}
  do: mash.DecideContact
  re: FAMILY_second
  refused: M9
  with: {outcome: referral_accepted, level: 4, primary_need: N4, rationale: "As before."}
- at: 2026-12-24T12:MM
  by: {name: Mia Dunn, role: social_worker, agency: childrens_social_care}
  do: assessment.RecordVisit
  about: [FAMILY_elder]
  as: FAMILY_seen
  with: {seen: true, alone: true, words: "I like Nana.", place: relative_home}
"""

END = """\
- until: 2026-12-31T09:00
expect:
  deadlines:
  - {rule: M5, about: archer_elder, due: 2026-12-24T00:00, state: met}
  - {rule: M4, about: archer_elder, of: archer_contact, due: 2026-12-24T12:10, state: missed}
  - {rule: A2, about: archer_younger, due: 2026-12-25T00:00, state: missed}
  chronology:
    archer_elder:
      childrens_social_care: [archer_contact, archer_screening, archer_decision, archer_allocation, archer_seen]
      not_police: [archer_contact, archer_decision]
  late: []
"""


def busy_case(path: Path, families: int) -> Path:
    """Writes a case of so many families (at most six) of two children, whose steps take turns; it ends days after the
    last step, when all that was not done is missed.
    """
    names = FAMILIES[:families]
    turns = [f"- {step}" for step in STEPS.removeprefix("- ").split("\n- ")]
    text = f"title: {families} families at once\npeople:\n"
    text += "".join(_of(PEOPLE, family) for family in names) + "steps:\n"
    for step in turns:
        for minute, family in enumerate(names, start=10):
            text += _of(step, family).replace("MM", str(minute)).rstrip("\n") + "\n"
    path.write_text(text + END)
    return path


def steps_of(case: Path) -> int:
    """How many steps `play` counts in a case: its people, their relations, and its steps."""
    text = case.read_text()
    return text.count("kind:") + text.count("{to:") + text.count("\n- at:") + text.count("\n- until:")


def _of(text: str, family: str) -> str:
    return text.replace("FAMILY", family).replace("Family", family.title())
