"""Every table of the program, for migrations: importing this module registers them all."""

from app.access import models as access
from app.audit import models as audit
from app.chat import models as chat
from app.database.tables import Table
from app.digest import models as digest
from app.guests import models as guests
from app.hall import models as hall
from app.invitations import models as invitations
from app.journal import models as journal
from app.kept import models as kept
from app.meetings import models as meetings
from app.minutes import models as minutes
from app.notices import models as notices
from app.outbox import models as outbox
from app.outcomes import models as outcomes
from app.papers import models as papers
from app.participants import models as participants
from app.planning import models as planning
from app.proposals import models as proposals
from app.proposals import photo_models as photos
from app.readiness import models as readiness
from app.record import models as record
from app.registration import models as registration
from app.rights import models as rights
from app.sessions import models as sessions
from app.sipd import models as sipd

FEATURES = (
    access,
    audit,
    chat,
    digest,
    guests,
    hall,
    invitations,
    journal,
    kept,
    meetings,
    minutes,
    notices,
    outbox,
    outcomes,
    papers,
    participants,
    photos,
    planning,
    proposals,
    readiness,
    record,
    registration,
    rights,
    sessions,
    sipd,
)
metadata = Table.metadata
