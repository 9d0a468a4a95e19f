"""Tables of what language models said, and what was learned from it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from storage.tables.base import Base, json_value, moment, money, outside_text, plain_text, row_id, table_of


class ConsultationRow(Base, table=True):
    """A question to the language models and all that was said; the prompt stands apart because lists do without it."""

    __tablename__ = "consultations"
    __table_args__ = (
        Index("ix_consultations_at", "at", "id"),
        Index("ix_consultations_market", "market", "at", "id"),
    )

    id: int | None = row_id()
    consultation_id: str = plain_text(unique=True)
    at: datetime = moment()
    market: str = plain_text()
    cost: Decimal = money()
    body: Any = json_value()
    prompt: str = outside_text()


class OutcomeRow(Base, table=True):
    """Where the price stood a number of candles after a consultation."""

    __tablename__ = "outcomes"

    consultation_id: str = plain_text(primary_key=True)
    horizon: int = Field(primary_key=True)
    start: Decimal = money()
    end: Decimal = money()
    at: datetime = moment()


class LessonRow(Base, table=True):
    __tablename__ = "lessons"

    lesson_id: str = plain_text(primary_key=True)
    created_at: datetime = moment()
    body: Any = json_value()


class WritingRow(Base, table=True):
    """What language models wrote for people: with prompt and answer, as it was."""

    __tablename__ = "writings"
    __table_args__ = (Index("ix_writings_at", "at", "id"),)

    id: int | None = row_id()
    writing_id: str = plain_text(unique=True)
    at: datetime = moment()
    cost: Decimal = money()
    body: Any = json_value()


consultations = table_of(ConsultationRow)
outcomes = table_of(OutcomeRow)
lessons = table_of(LessonRow)
writings = table_of(WritingRow)
