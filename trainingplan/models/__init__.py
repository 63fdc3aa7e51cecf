"""Tables of the kernel: units through time, users, the plan and its text, the change log, jobs."""

from trainingplan.models.accounts import RecoveryCode, SecondFactor, UsedPassword
from trainingplan.models.backups import Backup
from trainingplan.models.changes import AccessRefusal, Change
from trainingplan.models.closings import Closing
from trainingplan.models.imports import ImportBatch, ImportedRow
from trainingplan.models.jobs import Chore, Job, JobFile
from trainingplan.models.plans import Appendix, AppendixColumn, Participant, Plan, Section
from trainingplan.models.readings import PersonalRead
from trainingplan.models.seals import LogPart, LogSeal
from trainingplan.models.units import Succession, Unit, UnitGroup, UnitName, UnitPlacement, UnitStatus
from trainingplan.models.users import Delegation, Role, User

__all__ = [
    "AccessRefusal",
    "Appendix",
    "AppendixColumn",
    "Backup",
    "Change",
    "Chore",
    "Closing",
    "Delegation",
    "ImportBatch",
    "ImportedRow",
    "Job",
    "JobFile",
    "LogPart",
    "LogSeal",
    "Participant",
    "PersonalRead",
    "Plan",
    "RecoveryCode",
    "Role",
    "SecondFactor",
    "Section",
    "Succession",
    "Unit",
    "UnitGroup",
    "UnitName",
    "UnitPlacement",
    "UnitStatus",
    "UsedPassword",
    "User",
]
