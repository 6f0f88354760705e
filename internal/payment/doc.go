// Package payment is the domain: what a payment record is, and the order of
// steps in which money moves safely. It knows no HTTP, no SQL and no vendor; it
// says in its own words what it needs of them (Store, Gateway, Passwords).
//
// # Never lose money
//
// A PG cannot take part in our transactions, so every request that may move
// money is written down before it is sent:
//
//	intent committed ─▶ PG asked ─▶ approved ─▶ record + intent done   (one commit)
//	   (sending)            │
//	                        ├─▶ declined, by the PG's own word ─▶ intent declined
//	                        └─▶ unknown: no answer, or one that proves nothing
//	                                │
//	                                ▼
//	                         the resolver asks the PG what happened, and finishes
//
// A capture of the wrong amount, or of another order's payment, is undone: the
// intent becomes undoing (committed), the PG refunds its whole balance, the
// intent becomes undone. Where nobody has paid yet, the virtual account is closed.
// What has a record is never undone for what another request claims of it: that
// is refused. What remains is a request that names a payment before its own order
// does, with another order or price: nothing here knows of that order,
// and the PG says that the request is wrong; so the money goes back to the customer.
// An intent is never called declined without evidence.
//
// # One sender at a time
//
// An intent belongs to whoever asks the PG for it, until the lease ends that was
// committed with it:
//
//	held ──┬─▶ settled
//	       ├─▶ let go, unanswered ─▶ held by the next, in doubt until the lease would have ended
//	       └─▶ (died) the lease ends ─▶ held by the next
//
// Who comes meanwhile, the resolver or the same request again, only looks at the
// PG: what is done there is recorded, what is not may be done in a moment. And who
// holds an intent in doubt may finish it, but may not conclude from a refusal that
// nothing was done: the request that was not answered may be carried out yet.
//
// # One writer at a time
//
// A record carries a revision. A snapshot is fetched from the PG after the
// revision was read, and is written only if the revision is still the same;
// otherwise it may be older than what is stored, and is fetched again. So the
// API, the resolver and the PG's webhooks may race, and the last write is
// always the newest truth.
package payment
