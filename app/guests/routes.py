"""The doors of guests by letter: pages of the desk and calls."""

from fastapi import APIRouter

from app.guests.api import router as api
from app.guests.change_pages import router as change_pages
from app.guests.import_pages import router as import_pages
from app.guests.letter_pages import router as letter_pages
from app.guests.pages import router as pages

router = APIRouter()
for part in (api, change_pages, import_pages, letter_pages, pages):
    router.include_router(part)
