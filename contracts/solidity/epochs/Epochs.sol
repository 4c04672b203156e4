// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {INodeRegistry} from "../registry/INodeRegistry.sol";
import {CommitteeDraw} from "./CommitteeDraw.sol";
import {EpochClock} from "./EpochClock.sol";
import {IBeacon} from "./IBeacon.sol";

/// @title Epochs: who could be drawn, and the seed that draws them
/// @notice The checkers of an epoch are frozen before anybody can know its seed, so stake cannot be moved to where the seed falls. Both are in
/// events, and anyone can recompute any committee from them. The set is kept as one hash; whoever needs a committee brings the set along.
contract Epochs is EpochClock {
    struct Epoch {
        bytes32 seed;
        /// The epoch whose frozen checkers it draws from.
        uint64 frozenFor;
    }

    INodeRegistry public immutable registry;
    IBeacon public immutable beacon;

    mapping(uint64 epoch => Epoch) private _epochs;
    mapping(uint64 epoch => bytes32) public frozenHash;
    mapping(uint64 epoch => uint64) private _frozenBefore;
    uint64 public lastFrozen;

    event CheckersFrozen(uint64 indexed epoch, address[] checkers, uint96[] stakes);
    event EpochBegun(uint64 indexed epoch, bytes32 seed, uint64 frozenFor);

    error NotPreparing(uint64 epoch);
    error AlreadyFrozen(uint64 epoch);
    error NoCheckers();
    error EpochNotBegun(uint64 epoch);
    error EpochAlreadyBegun(uint64 epoch);
    error BeaconNotReady(uint64 epoch);
    error NothingFrozen(uint64 epoch);
    error CheckersMismatch(uint64 epoch);

    constructor(INodeRegistry registry_, IBeacon beacon_, uint64 genesis_, uint64 epochSeconds_)
        EpochClock(genesis_, epochSeconds_)
    {
        (registry, beacon) = (registry_, beacon_);
    }

    /// @notice Freezes the checkers that the next epoch draws from, in the first half of this one. Anyone may call it. An epoch for which
    /// nobody did draws from those frozen last.
    function freeze() external {
        uint64 epoch = currentEpoch() + 1;
        if (!isPreparing(epoch)) revert NotPreparing(epoch);
        if (frozenHash[epoch] != 0) revert AlreadyFrozen(epoch);
        (address[] memory checkers, uint96[] memory stakes) = registry.checkers();
        if (checkers.length == 0) revert NoCheckers();
        frozenHash[epoch] = hashCheckers(checkers, stakes);
        _frozenBefore[epoch] = lastFrozen;
        lastFrozen = epoch;
        emit CheckersFrozen(epoch, checkers, stakes);
    }

    /// @notice Fixes an epoch's seed once its beacon is ready, within the epoch or after it. Anyone may call it.
    function begin(uint64 epoch) external {
        if (epoch == 0 || block.timestamp < startOf(epoch)) revert EpochNotBegun(epoch);
        if (_epochs[epoch].seed != 0) revert EpochAlreadyBegun(epoch);
        (bytes32 value, bool ready) = beacon.randomness(epoch);
        if (!ready) revert BeaconNotReady(epoch);
        uint64 frozenFor = lastFrozen;
        while (frozenFor > epoch) frozenFor = _frozenBefore[frozenFor];
        if (frozenFor == 0) revert NothingFrozen(epoch);
        bytes32 seed = keccak256(abi.encode(block.chainid, address(this), epoch, value));
        _epochs[epoch] = Epoch(seed, frozenFor);
        emit EpochBegun(epoch, seed, frozenFor);
    }

    /// @notice An epoch's seed and the epoch whose frozen checkers it draws from.
    function epochOf(uint64 epoch) public view returns (bytes32 seed, uint64 frozenFor) {
        Epoch memory e = _epochs[epoch];
        if (e.seed == 0) revert EpochNotBegun(epoch);
        return (e.seed, e.frozenFor);
    }

    /// @notice The committee of an epoch for a purpose.
    /// @param checkers and `stakes`: exactly what `CheckersFrozen` said
    function committee(
        uint64 epoch,
        bytes32 purpose,
        uint256 size,
        address[] memory checkers,
        uint96[] memory stakes
    ) external view returns (address[] memory) {
        (bytes32 seed, uint64 frozenFor) = epochOf(epoch);
        if (hashCheckers(checkers, stakes) != frozenHash[frozenFor]) revert CheckersMismatch(epoch);
        return CommitteeDraw.draw(seed, purpose, size, checkers, stakes);
    }

    function hashCheckers(address[] memory checkers, uint96[] memory stakes) public pure returns (bytes32) {
        return keccak256(abi.encode(checkers, stakes));
    }
}
