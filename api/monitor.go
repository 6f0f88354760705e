package api

// Performance is what the answering worker has used since it started.
type Performance struct {
	CPU      CPUUsage      `json:"cpu"`
	Memory   MemoryUsage   `json:"memory"`
	Resource ResourceUsage `json:"resource"`
}

// CPUUsage is CPU time in microseconds.
type CPUUsage struct {
	User   int64 `json:"user" doc:"µs in user mode"`
	System int64 `json:"system" doc:"µs in the kernel"`
}

// MemoryUsage is in bytes. The names are Node's; what stands for each in Go is said beside it.
type MemoryUsage struct {
	RSS          int64 `json:"rss" doc:"Resident set size."`
	HeapTotal    int64 `json:"heapTotal" doc:"Heap obtained from the system."`
	HeapUsed     int64 `json:"heapUsed" doc:"Heap in use by live and not yet collected objects."`
	External     int64 `json:"external" doc:"Memory of the runtime outside of the heap."`
	ArrayBuffers int64 `json:"arrayBuffers" doc:"Always 0: Go has no memory of this kind."`
}

// ResourceUsage is getrusage(2) of the process. Times in µs, maxRSS in KiB.
type ResourceUsage struct {
	UserCPUTime                int64 `json:"userCPUTime"`
	SystemCPUTime              int64 `json:"systemCPUTime"`
	MaxRSS                     int64 `json:"maxRSS"`
	SharedMemorySize           int64 `json:"sharedMemorySize"`
	UnsharedDataSize           int64 `json:"unsharedDataSize"`
	UnsharedStackSize          int64 `json:"unsharedStackSize"`
	MinorPageFault             int64 `json:"minorPageFault"`
	MajorPageFault             int64 `json:"majorPageFault"`
	SwappedOut                 int64 `json:"swappedOut"`
	FSRead                     int64 `json:"fsRead"`
	FSWrite                    int64 `json:"fsWrite"`
	IPCSent                    int64 `json:"ipcSent"`
	IPCReceived                int64 `json:"ipcReceived"`
	SignalsCount               int64 `json:"signalsCount"`
	VoluntaryContextSwitches   int64 `json:"voluntaryContextSwitches"`
	InvoluntaryContextSwitches int64 `json:"involuntaryContextSwitches"`
}
