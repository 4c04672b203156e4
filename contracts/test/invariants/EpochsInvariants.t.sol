// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {CommitRevealBeacon} from "../../solidity/epochs/CommitRevealBeacon.sol";
import {CommitteeDraw} from "../../solidity/epochs/CommitteeDraw.sol";
import {Epochs} from "../../solidity/epochs/Epochs.sol";
import {Role} from "../../solidity/registry/INodeRegistry.sol";
import {NodeRegistry} from "../../solidity/registry/NodeRegistry.sol";
import {NetworkToken} from "../../solidity/token/NetworkToken.sol";
import {Base} from "../Base.sol";
import {Handler} from "./Handler.sol";

/// Checkers who move stake, keep secrets back, copy commitments, and begin epochs before their time.
contract EpochsHandler is Handler {
    uint256 private constant CHECKERS = 4;
    uint96 private constant STAKE = 1e6;
    Epochs public immutable epochs;
    CommitRevealBeacon public immutable beacon;
    NodeRegistry public immutable registry;
    /// As `CheckersFrozen` and `EpochBegun` told them.
    mapping(uint64 epoch => address[]) private _checkers;
    mapping(uint64 epoch => uint96[]) private _stakes;
    mapping(uint64 epoch => bytes32) private _seeds;
    mapping(uint64 epoch => uint64) private _frozenFor;
    mapping(uint64 epoch => mapping(address => bytes32)) private _commitments;
    uint64[] public begun;
    uint256 public bondsHeld;

    constructor(Epochs epochs_, CommitRevealBeacon beacon_, NodeRegistry registry_, NetworkToken token) {
        (epochs, beacon, registry) = (epochs_, beacon_, registry_);
        for (uint256 i; i < CHECKERS; ++i) {
            vm.startPrank(checkerAt(i));
            token.approve(address(registry_), type(uint256).max);
            token.approve(address(beacon_), type(uint256).max);
            registry_.stake(STAKE);
            registry_.register(Role.Checker, "", 0, address(0), 0);
            vm.stopPrank();
        }
    }

    function checkerAt(uint256 i) public pure returns (address) {
        return address(uint160(0xC0DE00 + i % CHECKERS));
    }

    function begunCount() external view returns (uint256) {
        return begun.length;
    }

    function stakeMore(uint256 who, uint96 amount) external {
        vm.prank(checkerAt(who));
        registry.stake(uint96(bound(amount, 1, STAKE)));
    }

    function leave(uint256 who, bool back) external {
        vm.startPrank(checkerAt(who));
        if (back) {
            try registry.register(Role.Checker, "", 0, address(0), 0) {} catch {}
        } else {
            try registry.leaveRole(Role.Checker) {} catch {}
        }
        vm.stopPrank();
    }

    function freeze() external {
        uint64 epoch = epochs.currentEpoch() + 1;
        (address[] memory checkers, uint96[] memory stakes) = registry.checkers();
        try epochs.freeze() {
            // Nobody may know the seed of an epoch whose checkers can still change.
            (, bool ready) = beacon.randomness(epoch);
            if (ready) violated("froze an epoch whose seed was known");
            if (checkers.length == 0) violated("froze nobody");
            if (_checkers[epoch].length != 0) violated("froze an epoch twice");
            _checkers[epoch] = checkers;
            _stakes[epoch] = stakes;
        } catch {}
    }

    function commit(uint256 who, bytes32 secret, bool copy) external {
        uint64 epoch = epochs.currentEpoch() + 1;
        address checker = checkerAt(who);
        bytes32 commitment = beacon.commitmentOf(epoch, checker, secret);
        if (copy) commitment = _commitments[epoch][checkerAt(who + 1)];
        vm.prank(checker);
        try beacon.commit(epoch, commitment) {
            if (!epochs.isPreparing(epoch)) violated("committed out of time");
            _commitments[epoch][checker] = commitment;
            bondsHeld += beacon.bond();
        } catch {}
    }

    /// @param ahead how many epochs before its time
    function reveal(uint256 who, uint64 ahead, bytes32 secret) external {
        uint64 epoch = epochs.currentEpoch() + ahead % 2;
        address checker = checkerAt(who);
        vm.prank(checker);
        try beacon.reveal(epoch, secret) {
            bool own = _commitments[epoch][checker] == beacon.commitmentOf(epoch, checker, secret);
            if (!own) violated("revealed what was not committed");
            if (time() < epochs.startOf(epoch) || time() >= epochs.startOf(epoch) + 450) {
                violated("revealed out of time");
            }
        } catch {}
    }

    /// An honest round: chance alone would hardly ever reveal what was committed.
    function round(uint256 committing, uint256 revealing) external {
        uint64 epoch = epochs.currentEpoch() + 1;
        vm.warp(epochs.startOf(epoch) - 900);
        try this.freeze() {} catch {}
        for (uint256 i; i < committing % (CHECKERS + 1); ++i) {
            this.commit(i, keccak256(abi.encode(epoch, i)), false);
        }
        vm.warp(epochs.startOf(epoch));
        for (uint256 i; i < revealing % (CHECKERS + 1); ++i) {
            this.reveal(i, 0, keccak256(abi.encode(epoch, i)));
        }
        vm.warp(beacon.revealEndOf(epoch));
        this.begin(0);
    }

    /// @param ahead how many epochs before its time
    function begin(uint64 ahead) public {
        uint64 epoch = epochs.currentEpoch() + ahead % 3;
        try epochs.begin(epoch) {
            if (ahead % 3 != 0) violated("began an epoch before its time");
            if (_seeds[epoch] != 0) violated("began an epoch twice");
            (_seeds[epoch], _frozenFor[epoch]) = epochs.epochOf(epoch);
            begun.push(epoch);
        } catch {}
    }

    function settle(uint64 back, uint256 who) external {
        uint64 current = epochs.currentEpoch();
        uint64 epoch = current + 1 > back % 4 ? current + 1 - back % 4 : 1;
        try beacon.settleBond(epoch, checkerAt(who)) {
            if (time() < epochs.startOf(epoch) + 450) violated("settled a bond before its time");
            bondsHeld -= beacon.bond();
        } catch {}
    }

    function pass(uint16 seconds_) external {
        skip(bound(seconds_, 0, 500));
    }

    // ── for the invariants ────────────────────────────────────────────────────────────────────────────────────

    /// Whether a committee of the epoch begun last but `back` is what anyone draws from what the events said.
    function recomputes(uint256 back, bytes32 purpose, uint256 size) external view returns (bool) {
        uint64 epoch = begun[begun.length - 1 - back];
        uint64 source = _frozenFor[epoch];
        address[] memory theirs = epochs.committee(epoch, purpose, size, _checkers[source], _stakes[source]);
        address[] memory ours =
            CommitteeDraw.draw(_seeds[epoch], purpose, size, _checkers[source], _stakes[source]);
        return source <= epoch && keccak256(abi.encode(theirs)) == keccak256(abi.encode(ours));
    }
}

/// Anyone can recompute any committee; a seed can't be known before its epoch.
contract EpochsInvariants is Base {
    EpochsHandler private _handler;
    Epochs private _epochs;
    CommitRevealBeacon private _beacon;
    NetworkToken private _token;

    function setUp() public {
        vm.warp(1_800_000_000);
        _token = new NetworkToken(address(this), address(this), 4e15);
        NodeRegistry registry = new NodeRegistry(address(this), _token, 1 days, address(0x7EA));
        uint64 genesis = uint64(time() + 900);
        _beacon = new CommitRevealBeacon(registry, _token, 1e3, address(0x7EA), genesis, 900);
        _epochs = new Epochs(registry, _beacon, genesis, 900);
        for (uint256 i; i < 4; ++i) {
            _token.transfer(address(uint160(0xC0DE00 + i)), 1e15);
        }
        _handler = new EpochsHandler(_epochs, _beacon, registry, _token);
        target(address(_handler));
    }

    function invariant_epochs() public view {
        vm.assertEq(_handler.violation(), "");
        vm.assertEq(_token.balanceOf(address(_beacon)), _handler.bondsHeld());
        uint64 next = _epochs.currentEpoch() + 1;
        (bytes32 value, bool ready) = _beacon.randomness(next);
        vm.assertFalse(ready);
        vm.assertEq(value, bytes32(0));
        // Not only is it not given out: the secrets that it is made of are not there.
        (bytes32 mix,, uint32 revealed) = _beacon.rounds(next);
        vm.assertEq(mix, bytes32(0));
        vm.assertEq(revealed, 0);
        (bool known,) = address(_epochs).staticcall(abi.encodeCall(_epochs.epochOf, (next)));
        vm.assertFalse(known);
        for (uint256 back; back < 2 && back < _handler.begunCount(); ++back) {
            vm.assertTrue(_handler.recomputes(back, "purpose", 3));
        }
    }

    /// The handler's calls must get through, or the campaign would prove nothing.
    function test_theHandlerReachesTheEpochs() public {
        _handler.round(3, 2);
        _handler.round(4, 4);
        vm.assertEq(_handler.begunCount(), 2);
        vm.assertEq(_handler.bondsHeld(), 7e3);
        _handler.settle(1, 0);
        vm.assertEq(_handler.bondsHeld(), 6e3);
        invariant_epochs();
    }
}
