"""How a proposal reads for programs: everything for staff; for the public only what it may know."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.proposals.answers import Shown, public
from app.proposals.fields import NAMES, TEXTS
from app.proposals.models import Proposal, ProposalSource, Response
from app.proposals.photos_shown import WithNumber, for_everybody, for_programs
from app.proposals.service import covered, hidden_names


@dataclass(frozen=True)
class Look:
    """What a proposal is written with: codes of halls by id, the zone of its times, the word for somebody of whom nothing may be said, the forum's address."""

    sites: Mapping[str, str]
    zone: str
    somebody: str = ""
    slug: str = ""


def for_staff(
    proposal: Proposal,
    sources: Sequence[ProposalSource],
    look: Look,
    responses: Sequence[Response] = (),
    photos: Sequence[WithNumber] = (),
) -> dict[str, Any]:
    """Every column, source, answer and photo; empty ones left out."""
    at = _written(look.zone)
    body: dict[str, Any] = {"number": proposal.number, "version": proposal.version, "status": proposal.status.value}
    body |= {name: _plain(getattr(proposal, name)) for name in NAMES}
    body |= {"reason_code": proposal.reason_code, "reason": proposal.reason}
    body |= {"proposer": proposal.proposer, "capacity": proposal.capacity, "on_behalf": proposal.on_behalf}
    body |= {
        "site": look.sites.get(proposal.site_id or ""),
        "via": proposal.via,
        "flags": proposal.flags,
        "name_public": proposal.name_public,
    }
    body |= {"leads_to": proposal.leads_to or None, "comes_from": proposal.comes_from or None}
    body |= {name: at(getattr(proposal, name)) for name in ("created_at", "verified_at", "published_at", "personal_checked_at")}
    body["sources"] = [
        _filled(
            {
                "kind": source.kind,
                "id": source.source_id,
                "author": source.author,
                "capacity": source.capacity,
                "site": look.sites.get(source.site_id or ""),
                "text": source.text,
                "at": at(source.at),
                "gone": source.gone,
            }
        )
        for source in sources
    ]
    body["responses"] = [_answer(Shown(one.author, one.agency, one.text, one), at) for one in responses]
    body["photos"] = for_programs(photos, f"/meja/{look.slug}/usulan/{proposal.number}/foto", staff=True)
    return _filled(body)


def for_public(
    proposal: Proposal,
    sources: Sequence[ProposalSource],
    look: Look,
    responses: Sequence[Response] = (),
    photos: Sequence[WithNumber] = (),
) -> dict[str, Any]:
    """What anybody may read: no name without consent or office, no child's name or capacity, numbers of people covered."""
    at, cover = _written(look.zone), covered(proposal, sources)
    body: dict[str, Any] = {"number": proposal.number, "version": proposal.version, "status": proposal.status.value}
    body |= {name: _plain(getattr(proposal, name)) for name in NAMES}
    body |= {name: cover(body[name]) for name in TEXTS if body.get(name)}
    body |= {"reason_code": proposal.reason_code, "reason": cover(proposal.reason) if proposal.reason else None}
    body |= {"site": look.sites.get(proposal.site_id or ""), "via": proposal.via}
    body |= {"leads_to": proposal.leads_to or None, "comes_from": proposal.comes_from or None}
    body |= {"created_at": at(proposal.created_at), "published_at": at(proposal.published_at)}
    body["sources"] = [
        _filled(
            {
                **speaker(source, look.somebody),
                "site": look.sites.get(source.site_id or ""),
                "text": cover(source.text),
                "at": at(source.at),
            }
        )
        for source in sources
        if not source.gone
    ]
    body["responses"] = [_answer(one, at) for one in public(responses, hidden_names(proposal, sources))]
    body["photos"] = for_programs(for_everybody(photos, hidden_names(proposal, sources)), f"/u/{proposal.number}/foto")
    return _filled(body)


def speaker(source: ProposalSource, somebody: str) -> dict[str, Any]:
    """Kind, id and who spoke as far as the public may know: a name by wish or office, else capacity and village; of a child neither."""
    name = source.author if source.name_public and not source.child else ""
    capacity = None if source.child else source.capacity
    village = None if source.child else source.village
    who = name or ", ".join(filter(None, (capacity, village)))
    return {
        "kind": source.kind,
        "id": source.source_id if source.kind == "message" else source.id,
        "author": who or somebody,
        "capacity": capacity if name else None,
        "village": village if name else None,
    }


def _answer(answer: Shown, at: Callable[[datetime | None], str | None]) -> dict[str, Any]:
    row = answer.row
    said = {"id": row.id, "author": answer.author, "agency": answer.agency, "text": answer.text, "version": row.version}
    return _filled({**said, "at": at(row.at), "changed_at": at(row.changed_at)})


def etag(proposal: Proposal) -> str:
    """The version as HTTP writes it."""
    return f'"{proposal.version}"'


def _written(zone: str) -> Callable[[datetime | None], str | None]:
    place = ZoneInfo(zone)
    return lambda moment: moment.astimezone(place).isoformat() if moment else None


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _filled(body: dict[str, Any]) -> dict[str, Any]:
    keep = {"sources", "responses", "rt", "rw", "text"}
    return {name: value for name, value in body.items() if name in keep or value not in (None, "", [])}
