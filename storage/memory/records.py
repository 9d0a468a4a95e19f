"""All repositories inside one transaction: `trader.ports.Records` over dictionaries."""

from __future__ import annotations

from storage.memory.advice import MemoryConsultations, MemoryLessons, MemoryOutcomes, MemoryWritings
from storage.memory.alerts import MemoryAlerts
from storage.memory.candles import MemoryCandles
from storage.memory.differences import MemoryCorrections, MemoryDifferences
from storage.memory.holdings import MemoryGuards, MemoryPositions
from storage.memory.orders import MemoryFills, MemoryOrders
from storage.memory.people import MemoryPeople
from storage.memory.settings import MemoryNotes, MemorySettingRows
from storage.memory.shelf import Undo
from storage.memory.telling import MemoryEvents, MemoryJournal, MemoryKeptMessages, MemoryOutbox
from storage.memory.tickets import MemoryTickets
from trader.clock import Clock


class MemoryRecords:
    def __init__(self, undo: Undo, clock: Clock | None) -> None:
        self.orders = MemoryOrders(undo)
        self.fills = MemoryFills(undo)
        self.positions = MemoryPositions(undo)
        self.guards = MemoryGuards(undo)
        self.differences = MemoryDifferences(undo)
        self.corrections = MemoryCorrections(undo)
        self.tickets = MemoryTickets(undo)
        self.journal = MemoryJournal(undo)
        self.events = MemoryEvents(undo)
        self.settings = MemorySettingRows(undo)
        self.outbox = MemoryOutbox(undo, self.events)
        self.kept = MemoryKeptMessages(undo)
        self.candles = MemoryCandles(undo, clock)
        self.notes = MemoryNotes(undo)
        self.people = MemoryPeople(undo)
        self.consultations = MemoryConsultations(undo)
        self.outcomes = MemoryOutcomes(undo)
        self.lessons = MemoryLessons(undo)
        self.writings = MemoryWritings(undo)
        self.alerts = MemoryAlerts(undo)
