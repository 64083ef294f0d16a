"""Doors of registration."""

from fastapi import APIRouter

from app.registration.api import router as api
from app.registration.counter import router as counter
from app.registration.pages import router as pages
from app.registration.selection_routes import router as selection
from app.registration.status import router as status

router = APIRouter()
# The counter's address begins like the applicants' table: it comes first.
for part in (api, pages, status, counter, selection):
    router.include_router(part)
