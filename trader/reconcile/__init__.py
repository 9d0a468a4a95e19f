"""Books against the exchange: reconcile first, trade after; what somebody else changed is found, told and answered."""

from trader.reconcile.reconciler import Reconciler

__all__ = ["Reconciler"]
