// Package webhook delivers our webhooks to the services, each at least once, and
// those of one payment in order. It does not decide what a webhook says, does not
// encrypt it, and keeps no table: webhooks come through the interface Outbox, ready
// to be sent.
//
// A webhook is committed with the change it tells of. Its row is its own queue: it is
// due at a time, and each worker has a Courier that claims what is due.
//
//	commit ──▶ due ── claim ──▶ leased ── POST ──┬─ 2xx ─────────────────▶ delivered
//	            ▲                 │              ├─ 410, or the ladder has ended ─▶ dead
//	            │                 │              └─ anything else ─┐
//	            ├─ after the ladder's next pause ──────────────────┘
//	            ├─ the lease has ended, or the claim was given back, or its host put off
//	            │                 └─ one before it is pending ─▶ waiting (due at no time)
//	            ├─ the one before it is settled ◀─────────────────┘
//	            └─ Redeliver ◀─ delivered, dead
//
// Lease. A claim makes a webhook due again when the lease ends, in the statement that
// takes it: nobody else has it before, and nothing has to be done where its courier
// dies. An attempt and its recording take less. The end of the lease also tells a
// claim from the next: whoever comes too late moves nothing but to a settled state, and
// not that if the webhook has been taken up again since: who asked for that is to get it.
//
// Order. Only the first pending webhook of a payment is sent. Who claims one that was
// behind others has it step back: it is due at no time from then on, said in a
// transaction that holds the earlier rows. Whoever settles a webhook (delivered or
// dead) makes, in the same transaction, the payment's next pending one due if it is
// not. Row locks keep these apart: either the earlier one is settled first, and the
// later one finds nobody ahead, or it has stepped back first, and is found to be
// waiting. Two earlier ones may be settled at a time, for one may have been taken up
// again; then the second transaction waits for the first at the row that waits. So the
// first pending webhook of a payment is always due, or leased.
//
//	settle an earlier one                  step back
//	  UPDATE it (locks it)                   SELECT all earlier ones FOR SHARE (waits for that lock)
//	  SELECT those that wait FOR UPDATE      UPDATE mine: due at no time
//	  UPDATE the next, if it waits           COMMIT
//	  COMMIT
//
// Each statement of the left sees what was committed until the one before had its
// locks; they have to be statements of their own.
//
// Should one be due at no time all the same, because somebody has changed it by hand, a job finds it within the hour.
//
// Wake-up. The transaction that makes a webhook due notifies the couriers, who listen
// on a connection of their own. What comes due by its time is found by polling, and so
// is everything while that connection is lost.
//
// What becomes of a delivery when
//
//   - the process dies: the lease ends, and the webhook is sent again with the same
//     webhook-id;
//   - the process drains: what is not under way yet is given back at once; in the end
//     the attempt is given up unrecorded, and made again at once by another;
//   - a host is away or answers slowly: after a few failures in a row its other
//     deliveries are put off without being tried, but for one that probes; no host
//     holds more than a share of the connections; and a backlog behind one comes
//     back bit by bit;
//   - the database is away: the outcome is kept as long as the lease lasts;
//   - its row cannot be opened: it is dead at the end of the ladder, and holds up
//     the others no longer;
//   - the address turns out to be one inside our network: the attempt fails.
//
// Releases before schema 8 have made a Job of River's for each webhook: see there.
package webhook
