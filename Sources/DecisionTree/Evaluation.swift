/// The walk of one document for one question: action, then resource, then principal and conditions (design §1).
///
/// A plain function of the document's image, the snapshot's conditions and the question: no lock, no log, no allocation.
@frozen
public struct Evaluation {
    @usableFromInline let image: Image
    @usableFromInline let conditions: Image
    @usableFromInline let keyFlags: Image

    /// Prepares to walk a document.
    @inlinable
    public init(document: Image, conditions: Image, keyFlags: Image) {
        image = document
        self.conditions = conditions
        self.keyFlags = keyFlags
    }

    /// Prepares to evaluate conditions, and to walk no document.
    @inlinable
    public init(conditions: Image, keyFlags: Image) {
        self.init(document: conditions, conditions: conditions, keyFlags: keyFlags)
    }

    /// The grades by which the document's statements of one effect apply to the question; empty when none does.
    ///
    /// The walk ends early once a grade of `enough` is found. `scratch.foundStatement` is the first statement that
    /// applied with a grade not found before it.
    @inlinable
    public func grades(
        ofEffectAt header: Int, enough: Grades, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) -> Grades {
        let index = image.offset(header)
        var found: Grades = []
        guard index != 0 else { return found }
        let exact = image.offset(index &+ Format.ActionIndex.exact)
        if exact != 0, let leaf = exactPayload(exact, scratch.actionSymbol),
            walkLeaf(leaf, &found, enough, view, &scratch)
        {
            return found
        }
        let services = image.offset(index &+ Format.ActionIndex.services)
        if services != 0, let leaf = exactPayload(services, scratch.serviceSymbol),
            walkLeaf(leaf, &found, enough, view, &scratch)
        {
            return found
        }
        var cursor = TrieCursor(image.offset(index &+ Format.ActionIndex.trie), scratch.foldedAction, image)
        while let leaf = cursor.next(scratch.foldedAction, image, keyFlags, view, &scratch) {
            if walkLeaf(leaf, &found, enough, view, &scratch) { return found }
        }
        let notList = image.offset(index &+ Format.ActionIndex.notList)
        guard notList != 0 else { return found }
        for entry in 0..<image.offset(notList) {
            let at = notList &+ Format.NotList.entries &+ entry &* 2
            guard scratch.spend(1) else { return found }
            if containsAction(image.offset(at), view, &scratch) { continue }
            if walkLeaf(image.offset(at &+ 1), &found, enough, view, &scratch) { return found }
        }
        return found
    }

    /// Whether an action index, used as a set, has the question's action.
    @inlinable
    func containsAction(_ index: Int, _ view: borrowing RequestView, _ scratch: inout Scratch) -> Bool {
        let exact = image.offset(index &+ Format.ActionIndex.exact)
        if exact != 0, exactPayload(exact, scratch.actionSymbol) != nil { return true }
        let services = image.offset(index &+ Format.ActionIndex.services)
        if services != 0, exactPayload(services, scratch.serviceSymbol) != nil { return true }
        var cursor = TrieCursor(image.offset(index &+ Format.ActionIndex.trie), scratch.foldedAction, image)
        return cursor.next(scratch.foldedAction, image, keyFlags, view, &scratch) != nil
    }

    /// What a table has for a symbol; a symbol that no document names is in none.
    @inlinable
    @inline(__always)
    func exactPayload(_ table: Int, _ symbol: UInt32) -> Int? {
        let mask = image[table &+ Format.ExactTable.mask]
        var position = Format.ExactTable.position(of: symbol, mask: mask)
        while true {
            let slot = table &+ Format.ExactTable.slots &+ Int(position) &* 2
            let found = image[slot]
            // Half the slots are empty, so every probe ends.
            if found == Format.ExactTable.empty { return nil }
            if found == symbol { return image.offset(slot &+ 1) }
            position = (position &+ 1) & mask
        }
    }

    /// A leaf is `[count, resource index × count]`.
    @inlinable
    func walkLeaf(
        _ leaf: Int, _ found: inout Grades, _ enough: Grades, _ view: borrowing RequestView,
        _ scratch: inout Scratch
    ) -> Bool {
        for index in 0..<image.offset(leaf)
        where walkResources(image.offset(leaf &+ 1 &+ index), &found, enough, view, &scratch) {
            return true
        }
        return false
    }

    @inlinable
    func walkResources(
        _ index: Int, _ found: inout Grades, _ enough: Grades, _ view: borrowing RequestView,
        _ scratch: inout Scratch
    ) -> Bool {
        guard scratch.spend(1) else { return true }
        let any = image.offset(index &+ Format.ResourceIndex.any)
        if any != 0 {
            for body in 0..<image.offset(any)
            where walkBody(image.offset(any &+ 1 &+ body), &found, enough, view, &scratch) {
                return true
            }
        }
        var cursor = TrieCursor(image.offset(index &+ Format.ResourceIndex.trie), view.resource, image)
        while let body = cursor.next(view.resource, image, keyFlags, view, &scratch) {
            if walkBody(body, &found, enough, view, &scratch) { return true }
        }
        let notList = image.offset(index &+ Format.ResourceIndex.notList)
        guard notList != 0 else { return false }
        for entry in 0..<image.offset(notList) {
            let at = notList &+ Format.NotList.entries &+ entry &* 2
            guard scratch.spend(1) else { return true }
            if containsResource(image.offset(at), view, &scratch) { continue }
            if walkBody(image.offset(at &+ 1), &found, enough, view, &scratch) { return true }
        }
        return false
    }

    /// Whether a resource index, used as a set, has the question's resource.
    @inlinable
    func containsResource(_ index: Int, _ view: borrowing RequestView, _ scratch: inout Scratch) -> Bool {
        if image.offset(index &+ Format.ResourceIndex.any) != 0 { return true }
        var cursor = TrieCursor(image.offset(index &+ Format.ResourceIndex.trie), view.resource, image)
        return cursor.next(view.resource, image, keyFlags, view, &scratch) != nil
    }

    /// Adds the grades by which the statement applies; `true` when one of them is enough.
    @inlinable
    func walkBody(
        _ body: Int, _ found: inout Grades, _ enough: Grades, _ view: borrowing RequestView,
        _ scratch: inout Scratch
    ) -> Bool {
        // Once the steps are used up, everything stops; the answer is then a denial.
        guard scratch.spend(1) else { return true }
        let principal = image.offset(body &+ Format.Body.principal)
        let grades = principal == 0 ? Grades.attached : principalGrades(principal, &scratch)
        if scratch.isRecording {
            record(body, grades, &found, view, &scratch)
            return false
        }
        guard !grades.isSubset(of: found) else { return false }
        for index in 0..<image.offset(body &+ Format.Body.conditionCount)
        where !holds(image.offset(body &+ Format.Body.conditions &+ index), view, &scratch) {
            return false
        }
        scratch.foundStatement = image[body &+ Format.Body.statement]
        found.formUnion(grades)
        return !found.isDisjoint(with: enough)
    }

    /// Records a statement with every condition that fails, and adds its grades if it applies.
    ///
    /// Never inlined: what decides has no use for it.
    @usableFromInline
    @inline(never)
    func record(
        _ body: Int, _ grades: Grades, _ found: inout Grades, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) {
        let first = scratch.failedConditions.count
        let count = image.offset(body &+ Format.Body.conditionCount)
        for index in 0..<count where !holds(image.offset(body &+ Format.Body.conditions &+ index), view, &scratch) {
            scratch.failedConditions.append(image[body &+ Format.Body.conditions &+ count &+ index])
        }
        // What a test says that ran out of steps means nothing: a negated one would even hold.
        guard !scratch.isExhausted else { return }
        let event = WalkEvent(
            statement: image[body &+ Format.Body.statement], grades: grades, firstFailed: first,
            failedCount: scratch.failedConditions.count &- first)
        scratch.events.append(event)
        guard event.applies else { return }
        scratch.foundStatement = event.statement
        found.formUnion(grades)
    }
}
