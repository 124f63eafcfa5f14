import PolicyModel
import Testing

@Suite struct TextTests {
    @Test func `compares by bytes, not by canonical equivalence`() {
        let composed: Text = "\u{E9}"
        let decomposed: Text = "e\u{301}"
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(composed.string == decomposed.string)
    }

    @Test func `orders by bytes`() {
        #expect(Text("Z") < Text("a"))
        #expect(Text("a") < Text("ab"))
        #expect(Text("z") < Text("\u{E9}"))
        #expect(!(Text("a") < Text("a")))
    }

    @Test(
        arguments: [("AbC:d", "abc:d"), ("ÉA", "Éa"), ("[@`{", "[@`{"), ("", ""), ("\u{212A}", "\u{212A}")]
            as [(Text, Text)])
    func `folds ASCII letters and nothing else`(text: Text, folded: Text) {
        #expect(text.foldedASCII == folded)
    }

    @Test func `does not split a carriage return from its line feed, nor join a prefix over a cluster`() {
        #expect(Text("\r\n").hasPrefix("\r"))
        #expect(Text("e\u{301}").hasPrefix("e"))
        #expect(!Text("\u{E9}").hasPrefix("e"))
    }

    @Test func `cuts at the first separators and keeps empty fields`() {
        #expect(Text("a::b:c").split(at: ASCII.colon, maximum: 3) == ["a", "", "b:c"])
        #expect(Text("").split(at: ASCII.colon) == [""])
        #expect(Text(":").split(at: ASCII.colon) == ["", ""])
        #expect(Text("ab:c").dropFirst(3) == "c")
    }
}
