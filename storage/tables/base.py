"""What every table is made of: common metadata, and a kind of column for each kind of value."""

from typing import Any, ClassVar

from sqlalchemy import MetaData, Table, Text, text
from sqlmodel import Field, SQLModel

from storage.columns import DecimalText, JsonText, OutsideText, Sequence, UtcTime


class Base(SQLModel):
    """Common metadata; named constraints, so that a migration can name them too."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
        }
    )


def row_id() -> Any:
    return Field(default=None, primary_key=True, sa_type=Sequence)


def plain_text(**options: Any) -> Any:
    return Field(sa_type=Text, **options)


def outside_text(**options: Any) -> Any:
    return Field(sa_type=OutsideText, **options)


def money(**options: Any) -> Any:
    return Field(sa_type=DecimalText, **options)


def moment(**options: Any) -> Any:
    return Field(sa_type=UtcTime, **options)


def json_value() -> Any:
    return Field(sa_type=JsonText)


def where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def table_of(row: type[Base]) -> Table:
    return Base.metadata.tables[str(row.__tablename__)]
