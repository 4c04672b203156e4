// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Epochs} from "../../solidity/epochs/Epochs.sol";
import {Escrow} from "../../solidity/escrow/Escrow.sol";
import {Agreement, LeaseState, LeaseStatus} from "../../solidity/escrow/EscrowTypes.sol";
import {Node, Role} from "../../solidity/registry/INodeRegistry.sol";
import {NodeRegistry} from "../../solidity/registry/NodeRegistry.sol";
import {TestDollar} from "../../solidity/token/TestDollar.sol";
import {Case, CaseKind, CaseStatus, Statement, Vote} from "../../solidity/verdicts/IVerdicts.sol";
import {Verdicts} from "../../solidity/verdicts/Verdicts.sol";
import {Handler} from "./Handler.sol";
import {People} from "./People.sol";

/// Checkers and strangers who open cases about anything, copy, vote twice, vote where they were not drawn or after they left, reveal
/// something else, appeal late, and execute early or with another agreement.
contract VerdictsHandler is People, Handler {
    /// As `CheckersFrozen` said.
    struct Frozen {
        address[] checkers;
        uint96[] stakes;
    }

    uint256 private constant TENANT_KEY = 0x7E4A47;
    uint256 private constant MOST_LEASES = 8;
    uint96 private constant RATE = 3600;
    uint32 public constant MOST_AGE = 3;

    Verdicts public immutable verdicts;
    Epochs public immutable epochs;
    NodeRegistry public immutable registry;
    Escrow public immutable escrow;
    TestDollar public immutable dollar;

    bytes32[] public cases;
    /// Only for outages.
    mapping(bytes32 caseId => uint256 place) private _leaseOf;
    Agreement[] private _leases;
    mapping(bytes32 caseId => uint256) public executions;
    /// Votes by the round's drawn members alone, counted here.
    mapping(bytes32 round => uint256) public against;
    mapping(bytes32 round => uint256) private _judging;
    mapping(bytes32 round => mapping(address => bool)) private _voted;
    mapping(bytes32 caseId => bool) private _shown;
    mapping(uint256 place => bytes32) private _lastCommitment;
    mapping(bytes32 => bool) private _equivocated;
    mapping(uint64 epoch => Frozen) private _frozen;
    mapping(bytes32 caseId => bool) private _known;

    uint256 public upheld;
    uint256 public slashed;
    uint256 public credited;
    uint256 public equivocations;

    constructor(
        Verdicts verdicts_,
        Epochs epochs_,
        NodeRegistry registry_,
        Escrow escrow_,
        TestDollar dollar_
    ) {
        (verdicts, epochs, registry, escrow, dollar) = (verdicts_, epochs_, registry_, escrow_, dollar_);
        for (uint256 i; i < PEOPLE; ++i) {
            vm.startPrank(personAt(i));
            registry_.token().approve(address(registry_), STAKE);
            registry_.token().approve(address(verdicts_), type(uint256).max);
            registry_.stake(STAKE);
            Role role = i < CHECKERS ? Role.Checker : Role.Provider;
            registry_.register(role, i < CHECKERS ? "" : "https://p", bytes32("key"), address(0), 0);
            vm.stopPrank();
        }
        dollar_.mint(address(this), 1e12);
        dollar_.approve(address(escrow_), 1e12);
        escrow_.depositFor(vm.addr(TENANT_KEY), address(dollar_), 1e12);
        openLease(0, 100_000);
        openLease(1, 800);
        nextEpoch();
    }

    // ── leases and epochs ─────────────────────────────────────────────────────────────────────────────────────

    function openLease(uint256 provider, uint96 deposit) public {
        if (_leases.length == MOST_LEASES) return;
        uint256 key = personKey(CHECKERS + provider % 2);
        Agreement memory a;
        (a.tenant, a.provider, a.token) = (vm.addr(TENANT_KEY), vm.addr(key), address(dollar));
        (a.ratePerHour, a.deposit) = (RATE, uint96(bound(deposit, 500, 100_000)));
        (a.salt, a.startBy) = (bytes32(_leases.length), type(uint40).max);
        bytes32 digest = escrow.hashAgreement(a);
        escrow.open(a, sign(TENANT_KEY, digest), sign(key, digest));
        _leases.push(a);
    }

    function close(uint256 i) external {
        Agreement memory a = _leases[i % _leases.length];
        vm.prank(a.tenant);
        try escrow.close(a) {} catch {}
    }

    function leave(uint256 who, bool back) external {
        vm.startPrank(personAt(who % CHECKERS));
        if (back) {
            try registry.register(Role.Checker, "", 0, address(0), 0) {} catch {}
        } else {
            try registry.leaveRole(Role.Checker) {} catch {}
        }
        vm.stopPrank();
    }

    function nextEpoch() public {
        uint64 next = epochs.currentEpoch() + 1;
        (address[] memory checkers, uint96[] memory stakes) = registry.checkers();
        try epochs.freeze() {
            _frozen[next] = Frozen(checkers, stakes);
        } catch {}
        vm.warp(epochs.startOf(next));
        try epochs.begin(next) {} catch {}
    }

    function pass(uint16 seconds_) external {
        skip(bound(seconds_, 0, 400));
    }

    // ── opening ───────────────────────────────────────────────────────────────────────────────────────────────

    function open(uint256 who, uint256 provider, uint256 kind, uint64 back, bool signed) external {
        CaseKind k = kind % 2 == 0 ? CaseKind.FalseCapacity : CaseKind.WrongResult;
        Statement memory s = Statement(personAt(CHECKERS + provider % 2), k, epochOf(back), "device", "root");
        Frozen memory f = frozenFor(s.epoch);
        bytes memory signature = signed ? signStatement(s) : bytes("");
        vm.prank(personAt(who));
        try verdicts.openAgainstNode(s.epoch, k, s.node, s, signature, f.checkers, f.stakes) returns (
            bytes32 id
        ) {
            opened(id, s.epoch, personAt(who));
            if (signed) _shown[id] = true;
        } catch {}
    }

    function openOutage(uint256 who, uint256 i, uint64 back) external {
        uint64 epoch = epochOf(back);
        i = i % _leases.length;
        Agreement memory a = _leases[i];
        Frozen memory f = frozenFor(epoch);
        vm.prank(personAt(who));
        try verdicts.openOutage(epoch, a, f.checkers, f.stakes) returns (bytes32 id) {
            opened(id, epoch, personAt(who));
            LeaseState memory state = stateOf(a);
            if (state.status != LeaseStatus.Open) violated("opened an outage of a lease that was not open");
            if (state.openedAt >= epochs.startOf(epoch)) {
                violated("opened an outage of a lease that came after");
            }
            _leaseOf[id] = i;
        } catch {}
    }

    function opened(bytes32 caseId, uint64 epoch, address who) private {
        if (_known[caseId]) violated("opened a case twice");
        if (epoch + MOST_AGE < epochs.currentEpoch()) violated("opened a case of an epoch that is too old");
        if (!mayVote(verdicts.caseOf(caseId), caseId, who)) violated("opened a case without being drawn");
        _known[caseId] = true;
        cases.push(caseId);
    }

    function showStatement(uint256 i, bool harmless) external {
        if (cases.length == 0) return;
        bytes32 caseId = caseAt(i);
        Case memory c = verdicts.caseOf(caseId);
        if (c.kind == CaseKind.Outage) return;
        Statement memory s = lieOf(c);
        if (harmless) s.content = "true";
        try verdicts.showStatement(caseId, s, signStatement(s)) {
            if (c.status == CaseStatus.Dismissed || c.status == CaseStatus.Executed) {
                violated("showed a statement in a case that was over");
            }
            if (!harmless) _shown[caseId] = true;
        } catch {}
    }

    // ── voting ────────────────────────────────────────────────────────────────────────────────────────────────

    /// Commits to a vote of its own, or to the commitment that somebody made last.
    function commit(uint256 i, uint256 who, bool votesAgainst, bool copy) external {
        if (cases.length == 0) return;
        bytes32 caseId = caseAt(i);
        Case memory c = verdicts.caseOf(caseId);
        address member = personAt(who);
        bytes32 commitment = verdicts.voteCommitment(caseId, member, voteOf(c, member, votesAgainst, false));
        if (copy) commitment = _lastCommitment[i % cases.length];
        vm.prank(member);
        try verdicts.commitVote(caseId, commitment) {
            if (time() >= c.commitUntil) violated("committed too late");
            if (!mayVote(c, caseId, member)) violated("committed without being drawn");
            _lastCommitment[i % cases.length] = commitment;
        } catch {}
    }

    function reveal(uint256 i, uint256 who, bool votesAgainst) external {
        if (cases.length == 0) return;
        bytes32 caseId = caseAt(i);
        revealAs(verdicts.caseOf(caseId), caseId, personAt(who), votesAgainst, false);
    }

    /// Everybody drawn votes, most of them alike: without it few cases would ever be upheld by chance.
    function voteTogether(uint256 i, uint256 dissenters, bool judge, bool decideToo) external {
        if (cases.length == 0) return;
        bytes32 caseId = caseAt(i);
        Case memory c = verdicts.caseOf(caseId);
        if (c.status != CaseStatus.Voting && c.status != CaseStatus.Appealed) return;
        if (time() >= c.commitUntil) return;
        address[] memory members = drawn(c, caseId);
        dissenters = dissenters % 4;
        for (uint256 m; m < members.length; ++m) {
            bytes32 commitment =
                verdicts.voteCommitment(caseId, members[m], voteOf(c, members[m], m >= dissenters, judge));
            vm.prank(members[m]);
            try verdicts.commitVote(caseId, commitment) {} catch {}
        }
        vm.warp(c.commitUntil);
        for (uint256 m; m < members.length; ++m) {
            revealAs(c, caseId, members[m], m >= dissenters, judge);
        }
        if (!decideToo) return;
        vm.warp(c.revealUntil);
        decide(i);
    }

    function revealAs(Case memory c, bytes32 caseId, address member, bool votesAgainst, bool judge) private {
        Vote memory v = voteOf(c, member, votesAgainst, judge);
        bytes32 round = roundOf(caseId, c.appealed);
        vm.prank(member);
        try verdicts.revealVote(caseId, v) {
            if (time() < c.commitUntil || time() >= c.revealUntil) violated("revealed out of time");
            if (_voted[round][member]) violated("revealed twice");
            if (!mayVote(c, caseId, member)) violated("revealed without being drawn");
            _voted[round][member] = true;
            if (votesAgainst) ++against[round];
            if (votesAgainst && judge) ++_judging[round];
        } catch {}
    }

    function decide(uint256 i) public {
        if (cases.length == 0) return;
        bytes32 caseId = caseAt(i);
        Case memory c = verdicts.caseOf(caseId);
        try verdicts.decide(caseId) {
            if (time() < c.revealUntil) violated("decided while votes could be revealed");
            bool stands = verdicts.caseOf(caseId).status == CaseStatus.Upheld;
            if (stands) ++upheld;
            if (stands != isQuorum(against[roundOf(caseId, c.appealed)], c)) {
                violated("decided otherwise than the votes");
            }
        } catch {}
    }

    function appeal(uint256 i, uint256 who) external {
        if (cases.length == 0) return;
        bytes32 caseId = caseAt(i);
        Case memory c = verdicts.caseOf(caseId);
        Frozen memory f = frozenFor(c.epoch);
        vm.prank(personAt(who));
        try verdicts.appeal(caseId, f.checkers, f.stakes) {
            if (c.status != CaseStatus.Upheld || c.appealed) violated("appealed what could not be appealed");
            if (time() >= c.appealUntil) violated("appealed too late");
        } catch {}
    }

    // ── what follows ──────────────────────────────────────────────────────────────────────────────────────────

    function execute(uint256 i) external {
        if (cases.length == 0) return;
        bytes32 caseId = caseAt(i);
        Case memory c = verdicts.caseOf(caseId);
        Node memory before = registry.node(c.accused);
        try verdicts.executeAgainstNode(caseId) {
            if (c.kind == CaseKind.Outage) violated("executed an outage against a node");
            executed(c, caseId);
            uint256 taken = takenFrom(c.accused, before);
            bool proved = _shown[caseId] && isQuorum(_judging[roundOf(caseId, c.appealed)], c);
            if (taken != 0 && !proved) violated("slashed without a signed statement that was judged");
            slashed += taken;
        } catch {}
    }

    /// @param wrong brings an agreement of the same tenant and salt that is not the lease's
    function executeOutage(uint256 i, bool wrong) external {
        if (cases.length == 0) return;
        bytes32 caseId = caseAt(i);
        Case memory c = verdicts.caseOf(caseId);
        Agreement memory a = _leases[_leaseOf[caseId]];
        if (wrong) a.ratePerHour += 1;
        LeaseState memory before = stateOf(a);
        try verdicts.executeOutage(caseId, a) {
            if (c.kind != CaseKind.Outage) violated("executed as an outage what is none");
            executed(c, caseId);
            LeaseState memory after_ = stateOf(a);
            if (before.status != LeaseStatus.Open) {
                if (after_.creditSeconds != before.creditSeconds) violated("credited a lease that was over");
                return;
            }
            if (wrong) violated("executed an outage with another agreement");
            if (after_.creditSeconds != dueTo(a, before, c.value)) {
                violated("credited other than what was due");
            }
            credited += after_.creditSeconds - before.creditSeconds;
        } catch {}
    }

    /// What must be off a lease after a verdict: as many seconds as it says, but no more than have passed, and never fewer than before.
    function dueTo(Agreement memory a, LeaseState memory before, uint32 value)
        private
        view
        returns (uint256 due)
    {
        uint256 paidFor = a.deposit + before.toppedUp;
        uint256 end = before.endedAt == 0
            ? before.openedAt + paidFor + before.creditSeconds  // one unit a second
            : before.endedAt;
        due = (time() < end ? time() : end) - before.openedAt;
        if (value < due) due = value;
        if (before.creditSeconds > due) due = before.creditSeconds;
    }

    function equivocate(uint256 provider, uint64 epoch, bool sameKind, bool sameContent) external {
        address node = personAt(CHECKERS + provider % 2);
        Statement memory a = Statement(node, CaseKind.FalseCapacity, epoch % 4, "device", "one");
        Statement memory b = Statement(node, CaseKind.FalseCapacity, epoch % 4, "device", "two");
        if (!sameKind) b.kind = CaseKind.WrongResult;
        if (sameContent) b.content = "one";
        bytes32 key = keccak256(abi.encode(node, epoch % 4));
        Node memory before = registry.node(node);
        try verdicts.proveEquivocation(a, signStatement(a), b, signStatement(b)) {
            if (!sameKind || sameContent) violated("proved an equivocation that is none");
            if (_equivocated[key]) violated("proved an equivocation twice");
            _equivocated[key] = true;
            ++equivocations;
            slashed += takenFrom(node, before);
        } catch {}
    }

    function executed(Case memory c, bytes32 caseId) private {
        if (c.status != CaseStatus.Upheld) violated("executed what was not upheld");
        if (time() < c.appealUntil) violated("executed while it could be appealed");
        if (!isQuorum(against[roundOf(caseId, c.appealed)], c)) violated("executed without a quorum");
        ++executions[caseId];
    }

    function takenFrom(address node, Node memory before) private returns (uint256 taken) {
        Node memory after_ = registry.node(node);
        taken = uint256(before.stake) + before.unbonding - after_.stake - after_.unbonding;
        if (taken > verdicts.parameters().slashAmount) violated("slashed more than a verdict takes");
    }

    // ── what it knows ─────────────────────────────────────────────────────────────────────────────────────────

    function caseCount() external view returns (uint256) {
        return cases.length;
    }

    function caseAt(uint256 i) private view returns (bytes32) {
        return cases[i % cases.length];
    }

    function roundOf(bytes32 caseId, bool appealed) public pure returns (bytes32) {
        return keccak256(abi.encode(caseId, appealed));
    }

    /// An epoch up to two beyond what may be judged, or one that is not yet.
    function epochOf(uint64 back) private view returns (uint64) {
        uint64 current = epochs.currentEpoch() + 1;
        back = back % (MOST_AGE + 4);
        return back < current ? current - back : 1;
    }

    function frozenFor(uint64 epoch) private view returns (Frozen memory f) {
        try epochs.epochOf(epoch) returns (bytes32, uint64 source) {
            return _frozen[source];
        } catch {}
    }

    function drawn(Case memory c, bytes32 caseId) private view returns (address[] memory) {
        Frozen memory f = frozenFor(c.epoch);
        return
            epochs.committee(c.epoch, roundOf(caseId, c.appealed), c.appealed ? 7 : 3, f.checkers, f.stakes);
    }

    function isQuorum(uint256 votes, Case memory c) private pure returns (bool) {
        return votes * 3 > uint256(c.committeeSize) * 2;
    }

    function mayVote(Case memory c, bytes32 caseId, address member) private view returns (bool) {
        address[] memory members = drawn(c, caseId);
        for (uint256 i; i < members.length; ++i) {
            if (members[i] == member) return registry.isActive(member, Role.Checker);
        }
        return false;
    }

    function lieOf(Case memory c) private pure returns (Statement memory) {
        return Statement(c.accused, c.kind, c.epoch, "device", "root");
    }

    function voteOf(Case memory c, address member, bool votesAgainst, bool judge)
        private
        view
        returns (Vote memory)
    {
        bytes32 judged = judge ? verdicts.hashStatement(lieOf(c)) : bytes32(0);
        return Vote(votesAgainst, uint32(uint160(member) % 2000), "e", judged, "salt");
    }

    function signStatement(Statement memory s) private view returns (bytes memory) {
        uint256 key = s.node == personAt(CHECKERS) ? personKey(CHECKERS) : personKey(CHECKERS + 1);
        return sign(key, verdicts.hashStatement(s));
    }

    function stateOf(Agreement memory a) private view returns (LeaseState memory) {
        return escrow.lease(escrow.leaseIdOf(a.tenant, a.salt));
    }
}
