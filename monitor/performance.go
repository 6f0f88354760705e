// Package monitor tells what a process uses and what it was built from. It
// measures only the process that asks, and keeps no history. What is made of it
// for people is in the packages below.
package monitor

import (
	"fmt"
	"os"
	"runtime/metrics"
	"strconv"
	"strings"
	"syscall"

	"github.com/samchon/payments-server/api"
)

// Go's memory by class. What Node calls the heap is Go's heap: the objects, the
// room between them, and what is kept for more. The rest is "external".
const (
	heapObjects  = "/memory/classes/heap/objects:bytes"
	heapUnused   = "/memory/classes/heap/unused:bytes"
	heapFree     = "/memory/classes/heap/free:bytes"
	totalBytes   = "/memory/classes/total:bytes"
	releasedHeap = "/memory/classes/heap/released:bytes"
)

// Where a worker tells its supervisor, in plain JSON, what Performance and System tell.
const (
	PerformancePath = "/performance"
	SystemPath      = "/system"
)

// Performance is what this process has used since it started.
func Performance() (api.Performance, error) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return api.Performance{}, fmt.Errorf("getrusage: %w", err)
	}
	rss, err := residentBytes()
	if err != nil {
		return api.Performance{}, err
	}
	user, system := micros(usage.Utime), micros(usage.Stime)
	return api.Performance{
		CPU:    api.CPUUsage{User: user, System: system},
		Memory: memory(rss),
		Resource: api.ResourceUsage{
			UserCPUTime: user, SystemCPUTime: system,
			MaxRSS: usage.Maxrss, SharedMemorySize: usage.Ixrss,
			UnsharedDataSize: usage.Idrss, UnsharedStackSize: usage.Isrss,
			MinorPageFault: usage.Minflt, MajorPageFault: usage.Majflt, SwappedOut: usage.Nswap,
			FSRead: usage.Inblock, FSWrite: usage.Oublock,
			IPCSent: usage.Msgsnd, IPCReceived: usage.Msgrcv, SignalsCount: usage.Nsignals,
			VoluntaryContextSwitches: usage.Nvcsw, InvoluntaryContextSwitches: usage.Nivcsw,
		},
	}, nil
}

func micros(t syscall.Timeval) int64 { return t.Sec*1_000_000 + t.Usec }

func memory(rss int64) api.MemoryUsage {
	samples := []metrics.Sample{{Name: heapObjects}, {Name: heapUnused}, {Name: heapFree}, {Name: totalBytes},
		{Name: releasedHeap}}
	metrics.Read(samples)
	of := map[string]int64{}
	for _, s := range samples {
		of[s.Name] = int64(s.Value.Uint64())
	}
	heap := of[heapObjects] + of[heapUnused] + of[heapFree]
	return api.MemoryUsage{
		RSS: rss, HeapTotal: heap, HeapUsed: of[heapObjects],
		External: of[totalBytes] - of[releasedHeap] - heap,
	}
}

// residentBytes reads the second number of /proc/self/statm, in pages; getrusage
// knows only the maximum.
func residentBytes() (int64, error) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, fmt.Errorf("resident memory: %w", err)
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0, fmt.Errorf("resident memory: statm reads %q", text)
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("resident memory: %w", err)
	}
	return pages * int64(os.Getpagesize()), nil
}
