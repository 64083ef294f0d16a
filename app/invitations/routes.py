"""Doors of invitations."""

from fastapi import APIRouter

router = APIRouter()
