"""The code lists of the index of people. A code is never renamed, only retired."""

from enum import StrEnum

from shared.domain.code_lists import Coded


class Relation(StrEnum):
    """What somebody is to a person."""

    MOTHER = "mother"
    FATHER = "father"
    STEPMOTHER = "stepmother"
    STEPFATHER = "stepfather"
    GRANDMOTHER = "grandmother"
    GRANDFATHER = "grandfather"
    SISTER = "sister"
    BROTHER = "brother"
    AUNT = "aunt"
    UNCLE = "uncle"
    COUSIN = "cousin"
    FOSTER_CARER = "foster_carer"
    CARER = "carer"
    GUARDIAN = "guardian"
    PARTNER = "partner"
    PARTNER_OF_PARENT = "partner_of_parent"
    HOUSEHOLD = "household"
    FRIEND = "friend"
    OTHER = "other"


class AddressKind(StrEnum):
    """What an address is to a person; local."""

    HOME = "home"
    PLACEMENT = "placement"
    TEMPORARY = "temporary"
    CORRESPONDENCE = "correspondence"


class UpnUnknown(Coded):
    """Why a child has no unique pupil number. Source: the children in need census (2026)."""

    UN1 = "UN1", "Not of school age"
    UN2 = "UN2", "Never at a maintained school in England"
    UN3 = "UN3", "Educated outside England"
    UN4 = "UN4", "Newly in need, not found yet"
    UN5 = "UN5", "Sources disagree"
    UN6 = "UN6", "Not found"
    UN7 = "UN7", "Referral without further action"


class LegalStatus(Coded):
    """Under what a child is looked after. Source: the looked-after children return (SSDA903)."""

    C1 = "C1", "Interim care order"
    C2 = "C2", "Full care order"
    E1 = "E1", "Placement order"
    V2 = "V2", "Accommodated by agreement (section 20)"
    V3 = "V3", "Short breaks, agreed for a series"
    V4 = "V4", "Short breaks, one episode"
    L1 = "L1", "Police protection in local authority accommodation"
    L2 = "L2", "Emergency protection order"
    L3 = "L3", "Child assessment order in local authority accommodation"
    J1 = "J1", "Remanded to local authority accommodation"
    J2 = "J2", "Detained in local authority accommodation under PACE"
    J3 = "J3", "Sentenced with a residence requirement"


class LookedAfterEnd(StrEnum):
    """Why a child is looked after no longer. Source: SSDA903, shortened."""

    RETURNED_HOME = "returned_home"
    ADOPTED = "adopted"
    SPECIAL_GUARDIANSHIP = "special_guardianship"
    LEFT_CARE_AT_18 = "left_care_at_18"
    OTHER_AUTHORITY = "other_authority"
    DIED = "died"
    OTHER = "other"


class Withheld(StrEnum):
    """What of a record is for few to know."""

    NAME = "name"
    ADDRESS = "address"
    SCHOOL = "school"
    WHEREABOUTS = "whereabouts"


class MergeReason(StrEnum):
    """Why two records are held to be of one person; local."""

    SAME_BIRTH_DATE = "same_birth_date"
    NAME_VARIANT = "name_variant"
    SAME_ADDRESS = "same_address"
    SAME_NHS_NUMBER = "same_nhs_number"
    SAME_UPN = "same_upn"
    SAME_FAMILY = "same_family"
    SAME_PARENT = "same_parent"


class SearchReason(StrEnum):
    """Why somebody is looked for; local. It stands in the record of who looked."""

    CONTACT_RECEIVED = "contact_received"
    BEFORE_REGISTERING = "before_registering"
    OWN_WORK = "own_work"
    STATUS_ENQUIRY = "status_enquiry"
    MISSING_CHILD = "missing_child"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    DATA_QUALITY = "data_quality"


class HoldKind(Coded):
    """For what kind of reason a record is kept beyond its time; local. The reason itself is sealed."""

    INQUIRY = "inquiry", "An inquiry"
    LEGAL_PROCEEDINGS = "legal_proceedings", "Legal proceedings"
    COMPLAINT = "complaint", "A complaint"
    PRACTICE_REVIEW = "practice_review", "A child safeguarding practice review"
    OTHER = "other", "Something else, as said"


class ErasureBasis(Coded):
    """On which basis a person is erased. Source: UK GDPR articles 5(1)(e) and 17; local."""

    RETENTION_ENDED = "retention_ended", "The retention period has ended"
    UPHELD_REQUEST = "upheld_request", "A request for erasure was upheld"
    RECORDED_IN_ERROR = "recorded_in_error", "It should not have been recorded"


class AskedBy(Coded):
    """Who asks for a copy of a person's records. Source: UK GDPR article 15; local."""

    THE_PERSON = "the_person", "The person themselves"
    PARENT = "parent", "Somebody with parental responsibility"
    REPRESENTATIVE = "representative", "Somebody whom they appointed"
    COURT_APPOINTED = "court_appointed", "Somebody whom a court appointed"


class Exemption(Coded):
    """For which kind of reason something is left out of a copy. Source: Data Protection Act 2018, schedules 2 and 3."""

    OTHER_PERSON = "other_person", "It is about somebody else (schedule 2, part 3)"
    WHO_TOLD = "who_told", "It would say who told of it (schedule 2, part 3)"
    RISK_OF_HARM = "risk_of_harm", "Somebody could come to serious harm (schedule 3, part 3)"
    WITHHELD = "withheld", "It was decided to withhold it, as sharing would do more harm"
    RESTRICTED = "restricted", "It is for few to read"
    ALLEGATION = "allegation", "An allegation is looked into (schedule 2, part 1)"
    LEGAL_PRIVILEGE = "legal_privilege", "Legal advice (schedule 2, part 4)"
    OTHER = "other", "Something else, as noted"
