import Foundation
import FoundationXML
import Testing

@testable import Commands

@Suite("The picture of `bench`")
struct LatencyPictureTests {
    /// Reads XML, and keeps the attributes of every element.
    private final class Reader: NSObject, XMLParserDelegate {
        var elements: [(name: String, attributes: [String: String])] = []
        var text = ""

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String] = [:]
        ) { elements.append((name, attributes)) }

        func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
    }

    private func read(_ svg: String) throws -> Reader {
        let reader = Reader()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = reader
        #expect(parser.parse(), "\(String(describing: parser.parserError))")
        return reader
    }

    private static let results = [
        SampleResult.thousand(), SampleResult.make(LoadPlan(), [16_000]), SampleResult.make(LoadPlan(), [0, 0]),
        SampleResult.make(LoadPlan(), [1, .max]),
        SampleResult.make(LoadPlan(), Array(repeating: 17_000, count: 20_000)),
    ]

    @Test("it is well-formed, and all of it lies within its frame", arguments: results.indices)
    func wellFormed(index: Int) throws {
        let reader = try read(LatencyPicture(Self.results[index]).svg)
        #expect(reader.elements.first?.name == "svg")
        for (_, attributes) in reader.elements {
            for (name, bound) in [("x", 860.0), ("x1", 860), ("x2", 860), ("cx", 860), ("y", 500), ("cy", 500)] {
                guard let value = attributes[name].flatMap(Double.init) else { continue }
                #expect(value >= 0 && value <= bound, "\(attributes)")
            }
        }
        let path = try #require(reader.elements.first { $0.name == "path" }?.attributes["d"])
        let points = path.split { "ML".contains($0) }.map { $0.split(separator: " ").compactMap { Double($0) } }
        for (point, next) in zip(points, points.dropFirst()) {
            // To the right and upwards.
            #expect(point.count == 2 && point[0] <= next[0] && point[1] >= next[1])
        }
    }

    @Test("it names its percentiles, and needs nothing from elsewhere")
    func labels() throws {
        let svg = LatencyPicture(SampleResult.thousand()).svg
        let reader = try read(svg)
        for label in [
            "p50 500 µs", "p90 900 µs", "p99 990 µs", "max 1.00 ms", "99.9 %", "1,000 requests, 500 a second",
        ] {
            #expect(reader.text.contains(label), "\(label)")
        }
        #expect(svg.contains("prefers-color-scheme: dark"))
        #expect(!svg.replacing("http://www.w3.org/2000/svg", with: "").contains("://"))
        #expect(!reader.elements.contains { ["script", "image", "use", "foreignObject"].contains($0.name) })
    }

    @Test("labels never stand on each other", arguments: results.indices)
    func apart(index: Int) throws {
        let reader = try read(LatencyPicture(Self.results[index]).svg)
        let marks = reader.elements.filter { $0.attributes["class"] == "mark" }.compactMap { element in
            element.attributes["x"].flatMap(Double.init).flatMap { x in
                element.attributes["y"].flatMap(Double.init).map { (x, $0) }
            }
        }
        #expect(!marks.isEmpty)
        for (index, mark) in marks.enumerated() {
            for other in marks[..<index] {
                #expect(
                    (mark.0 - other.0).magnitude >= PlotScale.labelWidth
                        || (mark.1 - other.1).magnitude >= PlotScale.labelHeight - 0.1)
            }
        }
    }
}
