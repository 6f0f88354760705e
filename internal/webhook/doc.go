// Package webhook delivers our webhooks to the services, each at least once, and
// those of one payment in order. It does not decide what a webhook says, does not
// encrypt it, and keeps no table: rows come through the interface Rows, ready to
// be sent, and jobs are River's.
//
// A webhook is committed with the change it tells of, and so is its job.
//
//	           ┌──────────── again, after the ladder's next pause ──┐
//	           ▼                                                    │
//	commit → pending ── POST ──┬─ 2xx ────────────────▶ delivered   │
//	           │               ├─ 410, or the ladder has ended ─▶ dead ── Redeliver ─▶ pending
//	           │               └─ anything else ────────────────────┘
//	           └─ one before it is pending: the job steps back
//
// Order. A job that finds an earlier webhook of its payment pending steps back: it
// ends with nothing sent, completed in a transaction that holds the earlier row.
// Whoever settles a webhook (delivered or dead) inserts, in the same transaction,
// a job for the payment's next pending one; River's uniqueness drops the insert
// where a job is alive. The row lock keeps the two apart, so the first pending
// webhook of a payment always has a job, and starts as soon as its turn comes.
//
// What becomes of a delivery when
//
//   - the process dies: River rescues the job, and the webhook is sent again with
//     the same webhook-id;
//   - the process drains: the attempt is given up unrecorded, and made again at
//     once by another;
//   - a host is away or answers slowly: after a few failures in a row its other
//     deliveries are put off without being tried, but for one that probes; and no
//     host holds more than a share of the connections;
//   - its row cannot be opened: it is dead at the end of the ladder, and holds up
//     the others no longer;
//   - the address turns out to be one inside our network: the attempt fails.
package webhook
