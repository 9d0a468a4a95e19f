"""Train and check a pattern model; its own process: `python -m trader.advice.pattern.training FILE.npz`.

Walk-forward: each fold is trained on everything before it, less a gap as long as the look ahead, and scored on what
comes after. The model that is kept is trained on all rows; its scores are those of the folds. Prints it as JSON."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from trader.advice.pattern.model import PatternModel, Scores
from trader.advice.pattern.shapes import HORIZON, NAMES, fell, shapes
from trader.model.market import CandleArrays, Market, Timeframe

if TYPE_CHECKING:
    from trader.model.market import BoolArray, FloatArray

FOLDS = 5
FEWEST_ROWS = 1000


class TooFew(ValueError):
    """Not enough candles to tell anything."""


def train(candles: CandleArrays, now: datetime) -> PatternModel:
    """TooFew: fewer than FEWEST_ROWS usable candles, or nothing bad (or good) ever happened among them."""
    rows, (bad, told) = shapes(candles), fell(candles)
    usable = told & np.isfinite(rows).all(axis=1)
    x, y, opened = rows[usable], bad[usable], candles.opened_at[usable]
    if len(y) < FEWEST_ROWS or y.all() or not y.any():
        raise TooFew(f"{len(y)} usable candles, {FEWEST_ROWS} are needed")
    scores = _walk_forward(x, y)
    whole = _fitted(x, y)
    scaler, logistic = whole.named_steps["standardscaler"], whole.named_steps["logisticregression"]
    return PatternModel(
        market=candles.market.code,
        timeframe=candles.timeframe.value,
        names=NAMES,
        means=tuple(map(float, scaler.mean_)),
        scales=tuple(map(float, scaler.scale_)),
        weights=tuple(map(float, logistic.coef_[0])),
        intercept=float(logistic.intercept_[0]),
        rows=len(y),
        first=datetime.fromtimestamp(int(opened[0]), UTC),
        last=datetime.fromtimestamp(int(opened[-1]), UTC),
        trained_at=now,
        scores=scores,
    )


def _fitted(x: FloatArray, y: BoolArray) -> Any:
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.05, max_iter=1000)).fit(x, y)


def _walk_forward(x: FloatArray, y: BoolArray) -> Scores:
    """The base rate a fold is compared with is the one known before it."""
    edges = np.linspace(len(y) // 3, len(y), FOLDS + 1).astype(int)
    chances, happened, bases = [], [], []
    for start, end in pairwise(edges):
        before = slice(0, max(start - HORIZON, 1))
        if y[before].all() or not y[before].any():
            continue
        chances.append(_fitted(x[before], y[before]).predict_proba(x[start:end])[:, 1])
        happened.append(y[start:end])
        bases.append(np.full(end - start, y[before].mean()))
    if not chances:
        raise TooFew("the same thing happened every time")
    p, truth, base = np.concatenate(chances), np.concatenate(happened), np.concatenate(bases)
    if truth.all() or not truth.any():
        raise TooFew("the same thing happened every time")
    brier, reference = float(brier_score_loss(truth, p)), float(brier_score_loss(truth, base))
    return Scores(len(truth), float(truth.mean()), brier, 1 - brier / reference, float(roc_auc_score(truth, p)))


def main(path: str) -> int:
    with np.load(path) as kept:
        columns = {name: kept[name] for name in ("opened_at", "open", "high", "low", "close", "volume")}
        market, timeframe, now = str(kept["market"]), str(kept["timeframe"]), str(kept["now"])
    candles = CandleArrays(Market.parse(market), Timeframe(timeframe), **columns)
    try:
        model = train(candles, datetime.fromisoformat(now))
    except TooFew as why:
        sys.stderr.write(str(why))
        return 3
    sys.stdout.buffer.write(msgspec.json.encode(model))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
