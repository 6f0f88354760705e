// Package handover gives a worker process its listener and moves idle connections from one worker to the next, so that
// clients do not notice that they are answered by another process. It moves plaintext HTTP/1.1 only: TLS and HTTP/2 keep
// their state in the process, so their clients are asked to leave after a response instead. It does not decide when or
// whereto; that is the supervisor's.
//
// A worker calls Inherit and Serve. Between it and the supervisor there is a Link, a SOCK_SEQPACKET pair whose end of file
// is the peer's death:
//
//	supervisor ──Drain──▶ old        stop accepting, let idle connections go
//	old ──Move + sockets──▶ supervisor ──Move──▶ new
//	new ──Adopted──▶ supervisor ──Adopted──▶ old     only now the old worker closes its copy
//	old ──Drained──▶ supervisor      nothing idle is left
//	supervisor ──Retire──▶ old       leave when empty; or Resume: accept again
//
// What messages cannot say when somebody dies stands on the Board, in memory that all processes share: one word for
// every connection. These hold whoever is killed at whatever point:
//
//   - One process reads a socket. To take one that is on its way is to swap its word, and only one can.
//   - A connection leaves only while net/http holds nothing of a request, or at most three bytes, which travel with it.
//   - The word says Busy before a byte leaves the kernel, and Idle only when there was none to read.
//   - A hung worker is killed for certain before others get its connections.
//
// That a connection waits for a request is seen from how net/http reads and sets deadlines (see phase and bufferSize).
// The tests of this package fail loudly when another Go version does it differently.
package handover
