// Package handover moves listeners and idle connections from one worker process to the next, through the supervisor.
package handover
