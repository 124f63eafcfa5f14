import PolicyModel
import Testing

@testable import Directory

@Suite("Templates of ARNs, held against each other")
struct TemplateOverlapTests {
    private static let user = "arn:aws:iam::111122223333:user/"

    @Test(
        "templates overlap exactly when some ARN could be made by both",
        arguments: [
            ("{a}", "{b}", true), ("x/{a}", "y/{a}", false), ("x/{a}", "x/{a}", true), ("x/{a}", "x/y/{a}", true),
            ("x/{a}/z", "x/y/{b}", true), ("x/{a}/z", "x/{b}/y", false), ("x/{a}/z", "x/z", false),
            ("x:{a}:z", "x:y/y:z", false), ("x:{a}", "x:y/y:z", true), ("x{a}", "x", false), ("x{a}y", "xy", false),
            ("x{a}y", "xyy", true), ("", "", true), ("", "x", false), ("abc", "abc", true), ("abc", "abd", false),
            ("a{x}c", "{y}bc", true), ("é{x}", "e{x}", false),
        ])
    func overlap(one: String, two: String, overlaps: Bool) throws {
        let (left, right) = (try Template(Text(one)), try Template(Text(two)))
        #expect(left.overlaps(right) == overlaps)
        #expect(right.overlaps(left) == overlaps)
    }

    @Test("what two templates make of short values is the same ARN only if they overlap")
    func overlapsOfValues() throws {
        let values = ["a", "b", "ab", "a/b", "a:b", "/", ":"]
        let templates = try ["{x}", "a{x}", "{x}b", "a/{x}", "{x}/b", "a/{x}/b", "{x}:{y}", "a:{x}", "ab", "a/b"].map {
            try Template(Text($0))
        }
        var made: [[String]] = []
        for template in templates {
            var arns: Set<String> = []
            for x in values {
                for y in values { arns.formUnion([template.arn { $0 == "x" ? x : y }].compactMap { $0 }) }
            }
            made.append(Array(arns))
        }
        for (one, two) in templates.indices.flatMap({ one in templates.indices.map { (one, $0) } })
        where !Set(made[one]).isDisjoint(with: made[two]) {
            #expect(templates[one].overlaps(templates[two]), "\(one) \(two)")
        }
        // And a template that tells values apart makes no ARN of two.
        for x in values {
            for y in values where x != y {
                for template in templates where template.tellsApart && template.places.contains("x") {
                    let (left, right) = (template.arn { _ in x }, template.arn { _ in y })
                    #expect(left == nil || left != right)
                }
            }
        }
    }

    @Test(
        "two places need a separator between them",
        arguments: [
            ("{a}", true), ("x", true), ("{a}{b}", false), ("{a}-{b}", false), ("{a}/{b}", true), ("{a}:x{b}", true),
            ("{a}/{b}{c}", false),
        ])
    func separators(text: String, tellsApart: Bool) throws {
        #expect(try Template(Text(text)).tellsApart == tellsApart)
    }

    @Test("a value is found again in the ARN that was made of it, and in no other")
    func onlyValue() throws {
        let template = try Template(Text("\(Self.user)team/{subject.id}"))
        for value: Text in ["a", "a/b", "é", "team"] {
            let arn = try #require(template.arn { _ in value.string })
            #expect(template.onlyValue(of: Text(arn)) == value)
        }
        for arn: Text in ["arn:aws:iam::111122223333:user/a", "arn:aws:iam::111122223333:user/team/", "", "a"] {
            #expect(template.onlyValue(of: arn) == nil)
        }
        let middle = try Template("a/{x}/b")
        #expect(middle.onlyValue(of: "a/c/b") == "c" && middle.onlyValue(of: "a/b") == nil)
        #expect(middle.onlyValue(of: "a/c/d/b") == nil && middle.onlyValue(of: "a//b") == nil)
        #expect(try Template("{x}/{y}").onlyValue(of: "a/b") == nil)
        #expect(try Template("abc").onlyValue(of: "abc") == nil)
    }

    @Test("a place that is filled becomes text, if the value fits")
    func filling() throws {
        let template = try Template("a/{t}/{x}")
        let filled = try #require(template.filling("t", with: "b"))
        #expect(filled.pieces == [.literal("a/b/"), .place("x")])
        #expect(template.filling("t", with: "b/c") == nil && template.filling("t", with: "") == nil)
        #expect(template.filling("x", with: "b/c")?.pieces == [.literal("a/"), .place("t"), .literal("/b/c")])
    }
}

@Suite("Properties, opened")
struct FlatPropertiesTests {
    @Test("below a name that is too long for a key nothing is opened, however much there is")
    func longNames() {
        let name = Text(String(repeating: "n", count: 300_000))
        let members = (0..<10_000).map { Property(Text("\($0)"), .null) }
        let properties = FlatProperties([Property(name, .object(members))])
        #expect(properties.unfit == [name] && properties.entries.isEmpty && properties.nulls.isEmpty)
    }

    @Test("objects are opened three names deep, and what has no form is told")
    func opened() {
        let properties = FlatProperties([
            Property("s", .string("x")), Property("l", .array([.number("1"), .boolean(true)])), Property("n", .null),
            Property("m", .array([.string("x"), .null])),
            Property("o", .object([Property("p", .object([Property("q", .object([Property("r", .string("y"))]))]))])),
            Property("a", .object([Property("b", .object([Property("c", .boolean(false)), Property("d", .null)]))])),
        ])
        #expect(properties.entries.map(\.path) == ["s", "l", "a.b.c"])
        #expect(
            properties.entries.map(\.value) == [
                .single(.string("x")), .list([.number("1"), .boolean(true)]), .single(.boolean(false)),
            ])
        #expect(properties.nulls == ["n", "a.b.d"])
        #expect(properties.unfit == ["m", "o", "o.p", "o.p.q", "o.p.q.r", "a", "a.b"])
    }
}
