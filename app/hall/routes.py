"""Doors of hall: the operators' desk, the entrance with its PIN, duty links, the big screen, and what programs need of them."""

from fastapi import APIRouter

from app.hall.api import router as api
from app.hall.arrival_pages import router as arrival_pages
from app.hall.door_api import router as door_api
from app.hall.door_pages import router as door_pages
from app.hall.duty_pages import router as duty_pages
from app.hall.guest_pages import router as guest_pages
from app.hall.need_shown import router as need_shown
from app.hall.needs_pages import router as needs_pages
from app.hall.pages import router as pages
from app.hall.presence_pages import router as presence_pages
from app.hall.relay_pages import router as relay_pages
from app.hall.screen_pages import router as screen_pages

router = APIRouter()
for part in (
    api,
    door_api,
    pages,
    door_pages,
    duty_pages,
    arrival_pages,
    guest_pages,
    needs_pages,
    presence_pages,
    relay_pages,
    screen_pages,
):
    router.include_router(part)
router.include_router(need_shown)
