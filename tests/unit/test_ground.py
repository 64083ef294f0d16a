"""Rules of the ground: the vault, the gate, throttles, settings, moments."""

import asyncio
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import Clock, millis, moment
from app.database.gate import Gate
from app.settings import SettingsProblem, from_environment
from app.vault import Vault, VaultProblem, load_vault, make_keys
from app.web.throttle import Throttle


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return load_vault(None, tmp_path)


@given(st.text(min_size=1, max_size=200))
def test_what_was_sealed_opens_in_its_place_only(text: str) -> None:
    vault = load_vault(make_keys(), Path())
    text = text.encode("utf-8", "ignore").decode()
    if not text:
        return
    sealed = vault.seal(text, "participants", "phone", "a")
    assert sealed is not None
    assert text.encode() not in sealed or len(text) < 3
    assert vault.open(sealed, "participants", "phone", "a") == text
    for place in (("participants", "phone", "b"), ("participants", "email", "a"), ("accounts", "phone", "a")):
        with pytest.raises(VaultProblem):
            vault.open(sealed, *place)


def test_nothing_stays_nothing(vault: Vault) -> None:
    assert vault.seal(None, "t", "c", "r") is None
    assert vault.seal("", "t", "c", "r") is None
    assert vault.open(None, "t", "c", "r") is None


def test_the_key_file_is_for_its_owner_and_stays(tmp_path: Path) -> None:
    first = load_vault(None, tmp_path)
    path = tmp_path / "keys.json"
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    assert load_vault(None, tmp_path) == first
    assert [p.name for p in tmp_path.iterdir()] == ["keys.json"]


def test_a_new_sealing_key_leaves_the_old_readable() -> None:
    keys = json.loads(make_keys())
    old = load_vault(json.dumps(keys), Path())
    sealed = old.seal("085326905742", "participants", "phone", "a")
    keys["sealing"]["k2"] = os.urandom(32).hex()
    new = load_vault(json.dumps(keys), Path())
    assert new.open(sealed, "participants", "phone", "a") == "085326905742"
    again = new.seal("085326905742", "participants", "phone", "a")
    assert again is not None
    assert again.startswith(b"k2:")
    with pytest.raises(VaultProblem):
        old.open(again, "participants", "phone", "a")


@pytest.mark.parametrize("keys", ["", "[]", "{}", '{"sealing": {}}', make_keys().replace('"k1": "', '"k1": "00')])
def test_unreadable_keys_are_refused(keys: str) -> None:
    with pytest.raises(VaultProblem):
        load_vault(keys, Path())


def test_a_link_is_the_same_until_its_generation_changes(vault: Vault) -> None:
    assert vault.derive("seat", "a", 1) == vault.derive("seat", "a", 1)
    assert len({vault.derive("seat", "a", 1), vault.derive("seat", "a", 2), vault.derive("seat", "b", 1), vault.derive("key", "a", 1)}) == 4


async def test_room_batches_pass_the_gate_before_others() -> None:
    gate, order = Gate(), []

    async def pass_through(name: str, first: bool) -> None:
        async with gate.held(first=first):
            order.append(name)

    async with gate.held():
        waiting = [asyncio.create_task(pass_through(n, f)) for n, f in (("a", False), ("room 1", True), ("b", False), ("room 2", True))]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert order == ["room 1", "room 2", "a", "b"]


async def test_giving_up_while_waiting_leaves_the_gate_usable() -> None:
    gate = Gate()

    async def hold() -> None:
        async with gate.held():
            await asyncio.sleep(0)

    async with gate.held():
        impatient = asyncio.create_task(hold())
        patient = asyncio.create_task(hold())
        await asyncio.sleep(0)
        impatient.cancel()
    await asyncio.wait_for(patient, 1)
    await asyncio.wait_for(hold(), 1)
    assert [one.cancelled() for one in (impatient, patient)] == [True, False]


def test_a_throttle_lets_a_burst_through_and_then_one_per_pause() -> None:
    throttle = Throttle(burst=3, pause=10)
    assert [throttle.take("a", now=0) for _ in range(3)] == [0, 0, 0]
    assert throttle.take("a", now=0) == 10
    assert throttle.take("b", now=0) == 0
    assert throttle.take("a", now=9) == 1
    assert throttle.take("a", now=10) == 0
    assert throttle.take("a", now=10) == 10
    throttle.forget("a")
    assert throttle.take("a", now=10) == 0


@given(st.datetimes(min_value=datetime(1980, 1, 1), max_value=datetime(2100, 1, 1)))
def test_moments_survive_the_protocols_milliseconds(naive: datetime) -> None:
    aware = naive.replace(tzinfo=UTC)
    assert abs(moment(millis(aware)) - aware) < timedelta(milliseconds=1.1)


def test_the_clock_of_a_demonstration_stands_at_another_day() -> None:
    shifted = Clock(timedelta(days=-2000)).now()
    assert timedelta(days=1999) < datetime.now(UTC) - shifted < timedelta(days=2001)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REMBUK_DATABASE_URL", "mysql://x"),
        ("REMBUK_PUBLIC_URL", "musrenbang.kota.go.id"),
        ("REMBUK_PUBLIC_URL", "https://kota.go.id/musrenbang"),
        ("REMBUK_PORT", "delapan"),
        ("REMBUK_SMTP", "surat"),
        ("REMBUK_SMTP_SECURITY", "maybe"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_by_name(name: str, value: str) -> None:
    env = {"REMBUK_SMTP": "mail.example:587", name: value}
    with pytest.raises(SettingsProblem, match=name.removesuffix("_SECURITY")):
        from_environment(env)


def test_settings_come_from_a_file_where_the_environment_is_silent(tmp_path: Path) -> None:
    path = tmp_path / "rembuk.env"
    path.write_text('# kantor\nREMBUK_OFFICE_NAME="Kota Pekalongan"\nREMBUK_PORT=9000\n')
    settings = from_environment({"REMBUK_FILE": str(path), "REMBUK_PORT": "9001"})
    assert (settings.office_name, settings.port) == ("Kota Pekalongan", 9001)
    assert settings.public_url == "http://127.0.0.1:9001"


def test_a_public_address_from_the_file_stays_when_the_command_names_a_port(tmp_path: Path) -> None:
    path = tmp_path / "rembuk.env"
    path.write_text("REMBUK_PUBLIC_URL=https://musrenbang.kota.go.id\n")
    named = from_environment({"REMBUK_FILE": str(path)}).at("0.0.0.0", 9002)
    silent = from_environment({}).at("127.0.0.1", 9002)
    assert (named.public_urls, named.port) == (("https://musrenbang.kota.go.id",), 9002)
    assert silent.public_url == "http://127.0.0.1:9002"
