extension Array {
    /// The same in no more room than it takes: an array that has grown has room to go on, which is for nothing where it
    /// is kept for long.
    package var withoutSpareRoom: [Element] {
        count == capacity ? self : unsafe withUnsafeBufferPointer { unsafe Array($0) }
    }
}
