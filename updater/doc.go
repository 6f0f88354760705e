// Package updater brings a commit to every machine of a fleet, or to none. A master decides, a slave on each machine
// acts; neither knows anything of payments, listens to the API, or replaces itself.
//
// A slave asks its master twice a second what it wishes, and says what it is (Machine). Both say the whole each time,
// so that a lost message, or a restart of either, needs no repair. A rollout leads a machine through these states:
//
//		       Prepare                          Switch                        Keep
//		idle ──────────▶ fetch build check ready ──────▶ handover probation ──────▶ done
//		                   │                                │        │
//		                   ▼                                ▼        │ Return, or no word from the master for a lease
//		                 failed: nothing has changed      failed     ▼
//		                                                  returned ◀─┘
//
//	  - Prepare: every machine fetches, builds and checks for itself before any of them changes (package release). The first
//	    machine finds the commit; the others get it by its hash. Programs of one commit and one Go version must have the same
//	    bytes on all machines.
//	  - Switch: a lease is written, which names the rollout and the release to return to; the database is expanded; `current`
//	    moves; the supervisor hands over. When it undoes the new generation, `current` moves back: the machine has failed, and
//	    runs what it ran before. Otherwise the machine is on probation: it watches itself, and renews its lease with each
//	    word from the master about this rollout. Canaries go first, then waves; after each the fleet has to stay healthy for
//	    the length of a gate.
//	  - Keep: the master writes into its journal that the rollout is done. That line is the decision. Then leases are dropped.
//	  - Return: after any failure, an abort, or the loss of a machine, everybody with a lease goes back to the release that it
//	    names, which is still on its disk, and says so; then the rollout ends, and the command with an error.
//
// What becomes of a failure:
//
//   - The command is interrupted, or its connection lost: the master aborts, and returns the fleet.
//   - The master dies before the decision: a lease after its last word every machine has returned by itself. When it starts
//     again earlier, it finds a rollout without an end in its journal, and returns them.
//   - The master dies after the decision: started within a lease it confirms; otherwise machines return and then converge.
//   - A slave dies: the server goes on. The rollout fails. Started again, the slave finds its lease, and does what the
//     master says, or returns when it hears nothing.
//   - A slave is cut off on probation: it returns by itself; the others are returned by the master.
//   - A machine was away: when it is back, its master sees that it is not on the fleet's commit, and rolls that out to it
//     alone. After a failure of that it waits for the next rollout, or for a restart of the slave.
//
// While updates are frozen, slaves prepare and switch to nothing, whoever asks; they still return.
package updater
