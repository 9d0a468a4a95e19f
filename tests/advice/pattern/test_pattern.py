"""The pattern model: no look ahead, honest scores, the same chance in the daemon as in the library (S7)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.advice.pattern.shapes_made import NOW, cut, walk
from trader.advice.pattern.model import assess, from_note, to_note
from trader.advice.pattern.shapes import FALL, HORIZON, NAMES, WARMUP, fell, shapes
from trader.advice.pattern.training import TooFew, train
from trader.indicators import atr


def test_no_row_changes_when_the_future_is_cut_off():
    whole = shapes(walk(400))
    for n in (WARMUP + 1, 200, 399):
        np.testing.assert_array_equal(shapes(cut(walk(400), n)), whole[:n])
    assert np.isnan(whole[:WARMUP]).all()
    assert whole.shape == (400, len(NAMES))


def test_what_went_badly_by_hand():
    candles = walk(200)
    bad, told = fell(candles)
    limit = candles.close - FALL * atr(candles.high, candles.low, candles.close, 14)
    for i in (20, 75, 150):
        assert bad[i] == (candles.close[i + 1 : i + 1 + HORIZON].min() <= limit[i])
    assert not told[-HORIZON:].any()
    assert told[20:-HORIZON].all()


def test_a_pattern_that_is_there_is_found_and_one_that_is_not_is_not_claimed():
    found = train(walk(), NOW)
    assert found.useful
    assert found.scores.auc > 0.6
    noise = train(walk(storm=False, seed=4), NOW)
    assert noise.scores.skill < 0.01
    assert 0.4 < noise.scores.auc < 0.6


def test_the_daemon_says_what_the_library_says():
    candles = walk()
    model = train(candles, NOW)
    row = shapes(candles)[-1]
    z = sum((v - m) / s * w for v, m, s, w in zip(row, model.means, model.scales, model.weights, strict=True))
    said = assess(model, candles)
    assert said is not None
    assert said.risk == pytest.approx(1 / (1 + np.exp(-(z + model.intercept))), abs=1e-9)
    assert said.position == pytest.approx(min(1, model.scores.base_rate / said.risk))


def test_too_few_candles_are_refused_and_say_nothing():
    with pytest.raises(TooFew, match="1000 are needed"):
        train(walk(500), NOW)
    assert assess(train(walk(), NOW), walk(WARMUP)) is None


def test_a_model_comes_back_from_its_note_and_a_strange_note_is_none():
    model = train(walk(), NOW)
    assert from_note(json.loads(json.dumps(to_note(model)))) == model
    assert from_note({"weights": [1]}) is None
    assert from_note(None) is None


def test_training_is_a_process_of_its_own(tmp_path: Path):
    candles = walk()
    path = tmp_path / "candles.npz"
    columns = {k: getattr(candles, k) for k in ("opened_at", "open", "high", "low", "close", "volume")}
    np.savez(path, **columns, market="KRW-BTC", timeframe="15m", now=NOW.isoformat())
    done = subprocess.run(
        [sys.executable, "-m", "trader.advice.pattern.training", str(path)],
        capture_output=True,
        timeout=120,
        check=True,
    )
    assert from_note(json.loads(done.stdout)) == train(candles, NOW)
