"""All repositories inside one transaction: `trader.ports.Records` over SQL."""

from __future__ import annotations

from storage.repositories.advice import SqlConsultations, SqlLessons, SqlOutcomes, SqlWritings
from storage.repositories.alerts import SqlAlerts
from storage.repositories.candles import SqlCandles
from storage.repositories.differences import SqlCorrections, SqlDifferences
from storage.repositories.holdings import SqlGuards, SqlPositions
from storage.repositories.orders import SqlFills, SqlOrders
from storage.repositories.people import SqlPeople
from storage.repositories.settings import SqlNotes, SqlSettingRows
from storage.repositories.statements import Transaction
from storage.repositories.telling import SqlEvents, SqlJournal, SqlKeptMessages, SqlOutbox
from storage.repositories.tickets import SqlTickets


class SqlRecords:
    def __init__(self, transaction: Transaction) -> None:
        self.orders = SqlOrders(transaction)
        self.fills = SqlFills(transaction)
        self.positions = SqlPositions(transaction)
        self.guards = SqlGuards(transaction)
        self.differences = SqlDifferences(transaction)
        self.corrections = SqlCorrections(transaction)
        self.tickets = SqlTickets(transaction)
        self.journal = SqlJournal(transaction)
        self.events = SqlEvents(transaction)
        self.settings = SqlSettingRows(transaction)
        self.outbox = SqlOutbox(transaction)
        self.kept = SqlKeptMessages(transaction)
        self.candles = SqlCandles(transaction)
        self.notes = SqlNotes(transaction)
        self.people = SqlPeople(transaction)
        self.consultations = SqlConsultations(transaction)
        self.outcomes = SqlOutcomes(transaction)
        self.lessons = SqlLessons(transaction)
        self.writings = SqlWritings(transaction)
        self.alerts = SqlAlerts(transaction)
