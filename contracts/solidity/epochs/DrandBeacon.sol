// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Bn254Signature} from "./Bn254Signature.sol";
import {EpochClock} from "./EpochClock.sol";
import {IBeacon} from "./IBeacon.sol";

/// @title Randomness from drand's BN254 network, its signature verified here
/// @notice An epoch takes the first round that drand signs at or after the epoch's start. Anyone may bring the signature; there is only
/// one that verifies, so nobody can choose.
contract DrandBeacon is IBeacon, EpochClock {
    /// @notice The network's first round, unix seconds.
    uint64 public immutable drandGenesis;
    /// @notice Seconds between rounds.
    uint64 public immutable drandPeriod;
    uint256 private immutable _key0;
    uint256 private immutable _key1;
    uint256 private immutable _key2;
    uint256 private immutable _key3;

    mapping(uint64 epoch => bytes32) private _values;

    event BeaconSubmitted(uint64 indexed epoch, uint64 indexed round, bytes32 value);

    error EpochNotBegun(uint64 epoch);
    error DrandNotBegun(uint64 epoch);
    error BeaconSignatureInvalid(uint64 round);
    error BeaconAlreadyKnown(uint64 epoch);

    /// @param publicKey the network's group key, a point of G2 as drand prints it (x.imaginary, x.real, y.imaginary, y.real)
    constructor(
        uint256[4] memory publicKey,
        uint64 drandGenesis_,
        uint64 drandPeriod_,
        uint64 genesis_,
        uint64 epochSeconds_
    ) EpochClock(genesis_, epochSeconds_) {
        (_key0, _key1, _key2, _key3) = (publicKey[0], publicKey[1], publicKey[2], publicKey[3]);
        (drandGenesis, drandPeriod) = (drandGenesis_, drandPeriod_);
    }

    /// @notice The drand round that an epoch waits for.
    function roundOf(uint64 epoch) public view returns (uint64) {
        uint256 start = startOf(epoch);
        if (start < drandGenesis) revert DrandNotBegun(epoch);
        return uint64((start - drandGenesis + drandPeriod - 1) / drandPeriod) + 1;
    }

    /// @notice Brings the signature of the epoch's round, as two coordinates in G1.
    function submit(uint64 epoch, uint256[2] calldata signature) external {
        if (block.timestamp < startOf(epoch)) revert EpochNotBegun(epoch);
        if (_values[epoch] != 0) revert BeaconAlreadyKnown(epoch);
        uint64 round = roundOf(epoch);
        bytes32 message = keccak256(abi.encodePacked(round));
        if (!Bn254Signature.verify([_key0, _key1, _key2, _key3], message, signature)) {
            revert BeaconSignatureInvalid(round);
        }
        bytes32 value = sha256(abi.encodePacked(signature));
        _values[epoch] = value;
        emit BeaconSubmitted(epoch, round, value);
    }

    /// @inheritdoc IBeacon
    function randomness(uint64 epoch) external view returns (bytes32 value, bool ready) {
        value = _values[epoch];
        return (value, value != 0);
    }
}
