package updater

// Frozen lets tests ask whether a machine is.
var Frozen = frozen
