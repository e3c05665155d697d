"""Code lists that more than one team uses, with words of ours where a page shows them: the children in need census's
(2026), and those of the commands that every team has.

A code is what is stored and sent; `label` is what a person reads. A code is never renamed, only retired.
"""

from enum import StrEnum
from typing import Self


class Coded(StrEnum):
    """A code with the words a person reads for it."""

    label: str

    def __new__(cls, code: str, label: str) -> Self:
        """A code with its words."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member


class Sex(Coded):
    """Sex as the census records it."""

    F = "F", "female"
    M = "M", "male"
    U = "U", "not known or unborn"


class ReferralSource(Coded):
    """Who made the contact; the label follows the word "from"."""

    S1A = "1A", "a family member, relative or carer"
    S1B = "1B", "an acquaintance"
    S1C = "1C", "the child"
    S1D = "1D", "another individual"
    S2A = "2A", "a school"
    S2B = "2B", "education services"
    S3A = "3A", "a general practitioner"
    S3B = "3B", "a health visitor"
    S3C = "3C", "a school nurse"
    S3D = "3D", "another primary health service"
    S3E = "3E", "an emergency department"
    S3F = "3F", "another health service"
    S4 = "4", "housing"
    S5A = "5A", "social care of a local authority"
    S5B = "5B", "another department of the council"
    S5C = "5C", "another local authority"
    S5D = "5D", "early help"
    S6 = "6", "the police"
    S7 = "7", "another legal agency"
    S8 = "8", "another organisation"
    S9 = "9", "an anonymous referrer"
    S10 = "10", "an unknown source"


class PrimaryNeed(Coded):
    """The main reason why a child needs help."""

    N1 = "N1", "Abuse, neglect and exploitation"
    N2 = "N2", "Child's disability"
    N3 = "N3", "Parental disability or illness"
    N4 = "N4", "Family in acute stress"
    N5 = "N5", "Family dysfunction"
    N6 = "N6", "Socially unacceptable behaviour"
    N7 = "N7", "Low income"
    N8 = "N8", "Absent parenting"
    N9 = "N9", "Cases other than children in need"
    N0 = "N0", "Not stated"


class Ethnicity(Coded):
    """Ethnicity as the family describes it."""

    WBRI = "WBRI", "White British"
    WIRI = "WIRI", "White Irish"
    WIRT = "WIRT", "Traveller of Irish heritage"
    WOTH = "WOTH", "Any other White background"
    WROM = "WROM", "Gypsy/Roma"
    MWBC = "MWBC", "White and Black Caribbean"
    MWBA = "MWBA", "White and Black African"
    MWAS = "MWAS", "White and Asian"
    MOTH = "MOTH", "Any other mixed background"
    AIND = "AIND", "Indian"
    APKN = "APKN", "Pakistani"
    ABAN = "ABAN", "Bangladeshi"
    AOTH = "AOTH", "Any other Asian background"
    BCRB = "BCRB", "Caribbean"
    BAFR = "BAFR", "African"
    BOTH = "BOTH", "Any other black background"
    CHNE = "CHNE", "Chinese"
    OOTH = "OOTH", "Any other ethnic group"
    REFU = "REFU", "Refused"
    NOBT = "NOBT", "Information not yet obtained"


class Disability(Coded):
    """Disabilities; NONE stands alone."""

    NONE = "NONE", "No disability"
    MOB = "MOB", "Mobility"
    HAND = "HAND", "Hand function"
    PC = "PC", "Personal care"
    INC = "INC", "Incontinence"
    COMM = "COMM", "Communication"
    LD = "LD", "Learning"
    HEAR = "HEAR", "Hearing"
    VIS = "VIS", "Vision"
    BEH = "BEH", "Behaviour"
    CON = "CON", "Consciousness"
    AUT = "AUT", "Autism"
    DDA = "DDA", "Other"


class LawfulBasis(Coded):
    """What allows a disclosure, or a decision not to disclose.

    Source: DfE, information sharing advice (2024); UK GDPR, article 6; Data Protection Act 2018, schedules 1 and 2.
    """

    CHILDREN_ACT_1989_S47 = "children_act_1989_s47", "Children Act 1989, section 47"
    CHILDREN_ACT_1989_S17 = "children_act_1989_s17", "Children Act 1989, section 17"
    CHILDREN_ACT_2004_S10 = "children_act_2004_s10", "Children Act 2004, section 10"
    CHILDREN_ACT_2004_S11 = "children_act_2004_s11", "Children Act 2004, section 11"
    PUBLIC_TASK = "public_task", "Public task"
    LEGAL_OBLIGATION = "legal_obligation", "Legal obligation"
    VITAL_INTERESTS = "vital_interests", "Vital interests"
    CONSENT = "consent", "Consent"
    CRIME_PREVENTION = "crime_prevention", "Preventing or detecting crime"
    SAFEGUARDING_OF_CHILDREN = "safeguarding_of_children_condition", "Safeguarding of children"


class EscalationStage(Coded):
    """How high a disagreement between professionals has gone, from the first stage to the last (E6)."""

    PRACTITIONER = "practitioner", "Between practitioners"
    MANAGER = "manager", "Between their managers"
    HEAD_OF_SERVICE = "head_of_service", "Between heads of service"
    PARTNERSHIP = "partnership", "With the safeguarding partnership"


class SupervisionKind(Coded):
    """How a case was supervised (E7)."""

    CASE = "case", "Case supervision"
    GROUP = "group", "Group supervision"


class AuditWhat(Coded):
    """What an audit looked at. Source: the threshold document, section 8 (E10)."""

    THRESHOLD_DECISION = "threshold_decision", "A threshold decision"
    CASE = "case", "A case"
    THEMED = "themed", "One theme over many cases"


class Document(Coded):
    """What a family is given a copy of. Source: the threshold document, section 2 (E8)."""

    ASSESSMENT = "assessment", "Assessment"
    PLAN = "plan", "Plan"
    LETTER = "letter", "Letter"
    MINUTES = "minutes", "Minutes"
    REPORT = "report", "Report"


class ToldHow(Coded):
    """By which way somebody was told, or was given something; local."""

    TELEPHONE = "telephone", "By telephone"
    LETTER = "letter", "By letter"
    EMAIL = "email", "By email"
    IN_PERSON = "in_person", "In person"
    PORTAL = "portal", "Through the portal"


class ConsentScope(Coded):
    """What somebody with parental responsibility agreed to. Source: the threshold document, section 7, appendices 2, 3."""

    REFERRAL = "referral", "Referral"
    INFORMATION_SHARING = "information_sharing", "Information sharing"
    ASSESSMENT = "assessment", "Assessment"
    HELP = "help", "Help"


class ConsentHow(Coded):
    """How consent was given; local."""

    SIGNED_FORM = "signed_form", "Signed form"
    ELECTRONIC = "electronic", "Electronic"
    SPOKEN_AND_RECORDED = "spoken_and_recorded", "Spoken and recorded"


class Extent(Coded):
    """How much an agency is asked for: no more than the suspected risk asks for (M11)."""

    FULL = "full", "Full"
    PARTIAL = "partial", "Partial"
    MINIMAL = "minimal", "Minimal"


class ReceivingTeam(Coded):
    """The team that a referral goes to."""

    REFERRAL_AND_ASSESSMENT = "referral_and_assessment", "Referral and assessment"
    FAMILY_SUPPORT_AND_CHILD_PROTECTION = (
        "family_support_and_child_protection",
        "Family support and child protection",
    )
    CHILDREN_WITH_DISABILITIES = "children_with_disabilities", "Children with disabilities"
    CHILDREN_LOOKED_AFTER = "children_looked_after", "Children looked after"
    LEAVING_CARE = "leaving_care", "Leaving care"
    STAYING_TOGETHER = "staying_together", "Staying together"
    NO_RECOURSE = "no_recourse", "No recourse"
    FOSTERING_AND_PLACEMENTS = "fostering_and_placements", "Fostering and placements"
    ADOPTION = "adoption", "Adoption"
    YOUTH_JUSTICE = "youth_justice", "Youth justice"
    VIRTUAL_SCHOOL = "virtual_school", "Virtual school"
    SAFE_SPACE = "safe_space", "Safe space"
    INDEPENDENT_REVIEWING = "independent_reviewing", "Independent reviewing"
    FAMILY_WELLBEING = "family_wellbeing", "Family wellbeing"


class ConferenceKind(Coded):
    """Which child protection conference is asked for, or held (C1, C15, C16)."""

    INITIAL = "initial", "Initial"
    REVIEW = "review", "Review"
    TRANSFER_IN = "transfer_in", "Transfer in"
    PRE_BIRTH = "pre_birth", "Before birth"


class ConferenceOrigin(Coded):
    """What led to a child protection conference. Source: children in need census, rule 2884."""

    SECTION_47 = "section_47", "A section 47 enquiry"
    TRANSFER_IN = "transfer_in", "A plan of another authority"
    OTHER = "other", "Something else"


class Progress(Coded):
    """How far a plan has come, as a review or core group sees it."""

    NONE = "none", "No progress"
    SOME = "some", "Some progress"
    GOOD = "good", "Good progress"
    WORSE = "worse", "Things have got worse"
