package handover

import (
	"bytes"
	"fmt"
	"testing"

	"golang.org/x/net/http2"
)

// TestFrames cuts net/http's writes everywhere: the frame that we add must always stand between two of its own.
func TestFrames_InterposesBetweenFrames(t *testing.T) {
	t.Parallel()
	var theirs bytes.Buffer
	framer := http2.NewFramer(&theirs, nil)
	must(t, framer.WriteSettings())
	must(t, framer.WriteData(1, false, []byte("twelve bytes")))
	must(t, framer.WritePing(false, [8]byte{}))
	for asked := range theirs.Len() {
		t.Run(fmt.Sprintf("AskedAfter%dBytes", asked), func(t *testing.T) {
			t.Parallel()
			var f frames
			var out bytes.Buffer
			f.write(&out, theirs.Bytes()[:asked])
			f.goAway(&out)
			f.write(&out, theirs.Bytes()[asked:])
			kinds, reader := map[http2.FrameType]int{}, http2.NewFramer(nil, &out)
			for i := range 4 {
				frame, err := reader.ReadFrame()
				must(t, err)
				kinds[frame.Header().Type]++
				if i == 0 && frame.Header().Type != http2.FrameSettings {
					t.Errorf("first frame is %v", frame)
				}
				if g, ok := frame.(*http2.GoAwayFrame); ok && (g.LastStreamID != lastStream || g.ErrCode != http2.ErrCodeNo) {
					t.Errorf("goaway %v", g)
				}
			}
			if kinds[http2.FrameGoAway] != 1 || out.Len() != 0 {
				t.Errorf("frames %v, %d bytes left", kinds, out.Len())
			}
		})
	}
}
