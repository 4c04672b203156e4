// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Epochs} from "../../solidity/epochs/Epochs.sol";
import {INodeRegistry, Role} from "../../solidity/registry/INodeRegistry.sol";
import {ClassUse} from "../../solidity/rewards/Emission.sol";
import {EpochReport, Quorum, Rewards} from "../../solidity/rewards/Rewards.sol";
import {NetworkToken} from "../../solidity/token/NetworkToken.sol";
import {Handler} from "./Handler.sol";

/// Committees that sign whatever they are asked to, roots that promise more than was made included, with too few signatures or old ones;
/// challengers for and without reason; and people who finish, drop and claim when they may not.
contract RewardsHandler is Handler {
    uint256 private constant CHECKERS = 5;
    uint256 public constant COMMITTEE = 3;
    uint32 public constant MOST_AGE = 3;
    uint96 public constant BOND = 1e15;
    uint256 private constant MOST = 150_000_000e18;

    Rewards public immutable rewards;
    Epochs public immutable epochs;
    INodeRegistry public immutable registry;
    NetworkToken public immutable token;

    address[3] private _accounts = [address(0xA1), address(0xA2), address(0xA3)];
    address public constant challenger = address(0xC4A);
    /// What the report that waits would promise, and what the last final one does; together with everything they were promised before.
    uint256[3] private _waiting;
    uint256[3] private _standing;
    EpochReport private _report;
    uint16 private _use;

    uint256 public proposed;
    uint256 public upheld;
    uint256 public dropped;
    uint256 public finished;

    constructor(Rewards rewards_, Epochs epochs_, INodeRegistry registry_, NetworkToken token_) {
        (rewards, epochs, registry, token) = (rewards_, epochs_, registry_, token_);
        for (uint256 i; i < CHECKERS; ++i) {
            vm.prank(vm.addr(checkerKey(i)));
            registry_.register(Role.Checker, "", 0, address(0), 0);
        }
        vm.prank(challenger);
        token_.approve(address(rewards_), type(uint256).max);
    }

    function checkerKey(uint256 i) private pure returns (uint256) {
        return 0xC4EC0 + i;
    }

    // ── reports ───────────────────────────────────────────────────────────────────────────────────────────────

    function nextEpoch() public {
        uint64 next = epochs.currentEpoch() + 1;
        try epochs.freeze() {} catch {}
        vm.warp(epochs.startOf(next));
        try epochs.begin(next) {} catch {}
    }

    function propose(
        uint96 capacity,
        uint96 delivery,
        uint96[3] calldata promises,
        uint16 use,
        uint64 back,
        uint256 signers
    ) external {
        uint64 current = epochs.currentEpoch();
        back = back % (MOST_AGE + 3);
        uint256[3] memory promised = _standing;
        for (uint256 i; i < 3; ++i) {
            promised[i] += bound(promises[i], 0, MOST);
        }
        EpochReport memory r = EpochReport(
            back < current ? current - back : current + 1,
            root(promised),
            uint96(bound(capacity, 0, MOST)),
            uint96(bound(delivery, 0, MOST))
        );
        // Half of the calls bring enough signatures.
        signers = signers % 2 == 0 ? COMMITTEE : signers % (COMMITTEE + 1);
        bool waits = rewards.pending().status != Rewards.ReportStatus.None;
        uint64 last = rewards.lastFinalEpoch();
        try rewards.propose(r, classes(use), quorum(r, use, address(0), COMMITTEE, signers)) {
            if (waits) violated("proposed while another report waited");
            if (r.epoch <= last) violated("proposed an epoch out of order");
            if (r.epoch + MOST_AGE < current) violated("proposed an epoch that is too old");
            if (signers * 3 <= COMMITTEE * 2) violated("proposed without a quorum");
            (_report, _waiting, _use) = (r, promised, use);
            ++proposed;
        } catch {}
    }

    function challenge() external {
        Rewards.Pending memory p = rewards.pending();
        vm.prank(challenger);
        try rewards.challenge() {
            if (p.status != Rewards.ReportStatus.Pending) violated("challenged what was not pending");
            if (time() >= p.challengeUntil) violated("challenged too late");
        } catch {}
    }

    /// @param stale brings what was signed when the report was proposed
    function uphold(uint256 signers, bool stale) external {
        Rewards.Pending memory p = rewards.pending();
        signers = signers % 2 == 0 ? CHECKERS : signers % (CHECKERS + 1);
        address answered = stale ? address(0) : challenger;
        Quorum memory q = quorum(_report, _use, answered, COMMITTEE * 2 + 1, signers);
        try rewards.uphold(_report, classes(_use), q) {
            if (p.status != Rewards.ReportStatus.Challenged) violated("upheld what was not challenged");
            if (stale) violated("upheld by signatures from before the challenge");
            if (signers * 3 <= CHECKERS * 2) violated("upheld without a quorum");
            _standing = _waiting;
            ++upheld;
        } catch {}
    }

    function finish(bool wait) external {
        if (wait) skip(600);
        Rewards.Pending memory p = rewards.pending();
        try rewards.finalize() {
            if (p.status != Rewards.ReportStatus.Pending) violated("finished what was not pending");
            if (time() < p.challengeUntil) violated("finished while it could be challenged");
            _standing = _waiting;
            ++finished;
        } catch {}
    }

    function drop(bool wait) external {
        if (wait) skip(600);
        Rewards.Pending memory p = rewards.pending();
        uint256 before = token.balanceOf(challenger);
        try rewards.drop() {
            if (p.status != Rewards.ReportStatus.Challenged) violated("dropped what was not challenged");
            if (time() < p.challengeUntil) violated("dropped while it could be upheld");
            if (token.balanceOf(challenger) != before + BOND) violated("dropped without returning the bond");
            ++dropped;
        } catch {}
    }

    // ── claims ────────────────────────────────────────────────────────────────────────────────────────────────

    function claim(uint256 who, uint256 amount, bool honest) external {
        who = who % 3;
        uint256 cumulative = honest ? _standing[who] : amount;
        uint256 before = rewards.claimed(_accounts[who]);
        try rewards.claim(_accounts[who], cumulative, proofOf(who)) {
            if (cumulative != _standing[who]) violated("claimed what the root does not say");
            if (cumulative <= before) violated("claimed what had been claimed");
        } catch {}
    }

    // ── inside ────────────────────────────────────────────────────────────────────────────────────────────────

    function classes(uint16 use) private pure returns (ClassUse[] memory list) {
        list = new ClassUse[](1);
        list[0] = ClassUse("c", 10_000, use, 5000);
    }

    /// The first of a committee sign.
    function quorum(EpochReport memory r, uint16 use, address answered, uint256 size, uint256 signers)
        private
        view
        returns (Quorum memory q)
    {
        (q.checkers, q.stakes) = registry.checkers();
        bytes32 purpose = size == COMMITTEE ? bytes32("rewards") : bytes32("rewards-challenge");
        bytes32 digest = rewards.hashReport(r, classes(use), answered);
        try epochs.committee(r.epoch, purpose, size, q.checkers, q.stakes) returns (
            address[] memory members
        ) {
            q.signatures = new bytes[](members.length);
            for (uint256 i; i < members.length && i < signers; ++i) {
                q.signatures[i] = sign(keyOf(members[i]), digest);
            }
        } catch {}
    }

    function keyOf(address checker) private pure returns (uint256 key) {
        for (uint256 i; i < CHECKERS; ++i) {
            if (vm.addr(checkerKey(i)) == checker) key = checkerKey(i);
        }
    }

    function leaf(uint256 i, uint256 amount) private view returns (bytes32) {
        return rewards.leafOf(_accounts[i], amount);
    }

    function pair(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(bytes.concat(a, b)) : keccak256(bytes.concat(b, a));
    }

    function root(uint256[3] memory amounts) private view returns (bytes32) {
        return pair(pair(leaf(0, amounts[0]), leaf(1, amounts[1])), leaf(2, amounts[2]));
    }

    function proofOf(uint256 who) private view returns (bytes32[] memory proof) {
        if (who == 2) {
            proof = new bytes32[](1);
            proof[0] = pair(leaf(0, _standing[0]), leaf(1, _standing[1]));
            return proof;
        }
        proof = new bytes32[](2);
        proof[0] = leaf(1 - who, _standing[1 - who]);
        proof[1] = leaf(2, _standing[2]);
    }
}
