"""Doors of outcomes: what anybody reads, what the desk writes and publishes, lists of earlier years."""

from fastapi import APIRouter

from app.outcomes.api import router as api
from app.outcomes.desk_pages import router as desk
from app.outcomes.earlier_import_pages import router as earlier_import
from app.outcomes.earlier_pages import router as earlier
from app.outcomes.photo_pages import router as photos
from app.outcomes.publish_pages import router as publish
from app.outcomes.story_pages import router as story
from app.outcomes.writing_pages import router as write

router = APIRouter()
router.include_router(story)
router.include_router(photos)
router.include_router(desk)
router.include_router(write)
router.include_router(publish)
router.include_router(earlier)
router.include_router(earlier_import)
router.include_router(api)
