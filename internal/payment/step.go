package payment

// Step names a moment at which a process may die: just after something has
// become true somewhere, and before the next thing does. The crash tests kill a
// worker at each of them.
type Step string

// The steps, in the order in which a request passes them.
const (
	StepCaptureIntended Step = "capture intended" // committed here, not asked of the PG
	StepCaptured        Step = "captured"         // at the PG, not recorded here
	StepRecorded        Step = "recorded"         // committed here, not answered

	StepUndoIntended Step = "undo intended"
	StepUndone       Step = "undone"

	StepCancelIntended Step = "cancel intended"
	StepRefunded       Step = "refunded"
	StepCancelRecorded Step = "cancel recorded"

	StepHeard     Step = "heard"     // a PG's webhook has come, nothing is durable
	StepAnnounced Step = "announced" // it is durable, not answered
	StepLookedUp  Step = "looked up"
	StepSynced    Step = "synced"

	StepBillingKeyWanted Step = "billing key wanted" // not asked of the PG
	StepBillingKeyRead   Step = "billing key read"
	StepReserved         Step = "reserved"
)

// Steps lists them all.
var Steps = []Step{
	StepCaptureIntended, StepCaptured, StepRecorded, StepUndoIntended, StepUndone,
	StepCancelIntended, StepRefunded, StepCancelRecorded,
	StepHeard, StepAnnounced, StepLookedUp, StepSynced,
	StepBillingKeyWanted, StepBillingKeyRead, StepReserved,
}
