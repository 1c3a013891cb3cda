"""Tables of the service floor."""

from kexin.service.models.assistant import AssistantLine, AssistantModel, AssistantTalk
from kexin.service.models.care import CarePause, CarePlan, CareTouch
from kexin.service.models.clocks import Clock, ClockPause
from kexin.service.models.coaching import CoachingReview, PhraseSituation
from kexin.service.models.complaint_evidence import ComplaintEvidence
from kexin.service.models.complaint_groups import ComplaintGroup, ComplaintGroupMember
from kexin.service.models.complaint_reports import ComplaintReport, ComplaintReportDecision
from kexin.service.models.complaint_steps import (
    ComplaintExtension,
    ComplaintLetter,
    Remediation,
    Settlement,
    StatutoryReview,
)
from kexin.service.models.complaints import Complaint, ComplaintEntry, ComplaintLink, ComplaintNote
from kexin.service.models.conversations import (
    Conversation,
    ConversationFile,
    ConversationMessage,
    ConversationReader,
    Mailbox,
)
from kexin.service.models.deskwork import FollowUp, Macro, Presence, RequestLink
from kexin.service.models.drafting import WordsDraft
from kexin.service.models.feedback import Feedback, FeedbackReview, ImprovementPlan
from kexin.service.models.knowledge import (
    Article,
    ArticleCategory,
    ArticleEntry,
    ArticleFile,
    ArticleLink,
    ArticleVersion,
    ArticleVote,
    SearchMade,
    SearchTerm,
)
from kexin.service.models.problems import KnownProblem, ProblemLink
from kexin.service.models.queues import PostSkill, QueueMember, RequestQueue
from kexin.service.models.requests import RequestEntry, RequestNote, ServiceRequest
from kexin.service.models.settlement_signature import SettlementSignature
from kexin.service.models.support import SupportQuestion
from kexin.service.models.surveys import Survey, SurveyAnswer, SurveyInvitation, SurveyVersion, SurveyWave
from kexin.service.models.telephony import PhoneCall, PhoneExtension
from kexin.service.models.wecom import ArchiveAgreement, FlaggedWords, WecomAccount

__all__ = [
    "ArchiveAgreement",
    "Article",
    "ArticleCategory",
    "ArticleEntry",
    "ArticleFile",
    "ArticleLink",
    "ArticleVersion",
    "ArticleVote",
    "AssistantLine",
    "AssistantModel",
    "AssistantTalk",
    "CarePause",
    "CarePlan",
    "CareTouch",
    "Clock",
    "ClockPause",
    "CoachingReview",
    "Complaint",
    "ComplaintEntry",
    "ComplaintEvidence",
    "ComplaintExtension",
    "ComplaintGroup",
    "ComplaintGroupMember",
    "ComplaintLetter",
    "ComplaintLink",
    "ComplaintNote",
    "ComplaintReport",
    "ComplaintReportDecision",
    "Conversation",
    "ConversationFile",
    "ConversationMessage",
    "ConversationReader",
    "Feedback",
    "FeedbackReview",
    "FlaggedWords",
    "FollowUp",
    "ImprovementPlan",
    "KnownProblem",
    "Macro",
    "Mailbox",
    "PhoneCall",
    "PhoneExtension",
    "PhraseSituation",
    "PostSkill",
    "Presence",
    "ProblemLink",
    "QueueMember",
    "Remediation",
    "RequestEntry",
    "RequestLink",
    "RequestNote",
    "RequestQueue",
    "SearchMade",
    "SearchTerm",
    "ServiceRequest",
    "Settlement",
    "SettlementSignature",
    "StatutoryReview",
    "SupportQuestion",
    "Survey",
    "SurveyAnswer",
    "SurveyInvitation",
    "SurveyVersion",
    "SurveyWave",
    "WecomAccount",
    "WordsDraft",
]
