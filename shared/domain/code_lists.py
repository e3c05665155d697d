"""Code lists of the children in need census (2026), with words of ours where a page shows them.

A code is what is stored and sent; `label` is what a person reads.
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
