// Package supervisor keeps a service running in worker processes and replaces them without losing a request. It knows
// nothing of what they serve, does not build or fetch releases, and never parses a request.
//
// One process, the supervisor, owns the listening sockets, the ledger of counters and the board of connections. Workers
// come in generations:
//
//		            all ready,              probation over,
//		 Starting ──answered a probe──▶ Probation ──all healthy──▶ Blessed ──the next one blessed──▶ Draining ──▶ gone
//		    │                               │                         ▲
//		    │ dies, or too slow             │ dies, hangs, answers 5xx│ undo: takes everything back
//		    ▼                               ▼                         │
//		 Failed: killed.                 Failed: drains into ──▶ the generation before, which stayed warm
//		 The old one noticed nothing.
//
//	  - Starting: the new workers inherit the listener, a link, the board and the ledger (handover.Start). A worker is
//	    ready when it says so and has answered a request of the supervisor's own.
//	  - The switch: the old workers stop accepting, keep the listener, and send their idle connections, through the
//	    supervisor, to the new ones. Requests in progress are finished where they are; then their connections move, too.
//	  - Undo: within milliseconds, because the old workers only have to accept again. last-good has not moved.
//	  - Draining: several generations may drain at once. Each has a budget, after which its connections are cut and counted
//	    as forced.
//	  - Crash: the supervisor has a copy of every movable connection. What the dead worker had not begun to read goes to
//	    another; what it had begun is closed, because nobody can know whether it ran. The worker is started again from
//	    last-good, with growing pauses.
//
// A reload that is asked for during another waits for it; several that wait become one.
//
// USR2 replaces the supervisor: tableflip starts the new one, which starts and blesses a generation of its own before
// it is called ready; then the old workers drain into the new ones across a bridge between both supervisors. Over that
// bridge, whoever is told to stop tells the other one.
//
// If the supervisor dies, workers take back what was on its way (see handover.Board), go on serving for ten seconds,
// tell every client to close, and leave.
//
// docs/handover.md has the figures, and what may fail when which process is killed.
package supervisor
