import Glibc

/// A property that has to hold for every input.
enum FuzzTarget: String, CaseIterable {
    case parser, wire, glob, compile, decide

    /// Tries an input; an input for which the property does not hold ends the process.
    func run(_ input: [UInt8]) {
        switch self {
        case .parser: ParserTarget.run(input)
        case .wire: WireTarget.run(input)
        case .glob: GlobTarget.run(input)
        case .compile: CompileTarget.run(input)
        case .decide: DecideTarget.run(input)
        }
    }
}

/// What the command line chose; set once, before the first input.
///
/// INVARIANT: libFuzzer calls from one thread.
private nonisolated(unsafe) var chosen: FuzzTarget?

/// Reads `--target=NAME`, or writes the seeds and ends for `--seeds=FOLDER`; libFuzzer itself reads what has one dash.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_: UnsafeRawPointer?, _: UnsafeRawPointer?) -> CInt {
    for argument in CommandLine.arguments.dropFirst() {
        if argument.hasPrefix("--target=") { unsafe chosen = FuzzTarget(rawValue: String(argument.dropFirst(9))) }
        if argument.hasPrefix("--seeds=") {
            do { try Seeds.write(to: String(argument.dropFirst(8))) } catch { violated("no seeds: \(error)") }
            exit(0)
        }
    }
    if unsafe chosen == nil {
        let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: "|")
        print("usage: postern-fuzz --target=\(names) [libFuzzer's own options] [FOLDER|FILE]…")
        print("       postern-fuzz --seeds=FOLDER")
        exit(2)
    }
    return 0
}

/// Tries one input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    unsafe chosen?.run(input)
    return 0
}

/// Says what did not hold, and ends the process in the way that makes libFuzzer keep the input.
func violated(_ what: String) -> Never {
    for line in [what, ""] { unsafe write(2, line + "\n", line.utf8.count + 1) }
    abort()
}

/// Ends the process unless `condition` holds.
func require(_ condition: Bool, _ what: @autoclosure () -> String) {
    if !condition { violated(what()) }
}
