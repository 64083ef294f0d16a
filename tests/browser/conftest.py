"""How long a page may take in these tests: a machine under load is slow, not wrong."""

from playwright.async_api import expect

PATIENT_MS = 30_000

expect.set_options(timeout=PATIENT_MS)
