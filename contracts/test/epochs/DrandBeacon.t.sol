// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Bn254Signature} from "../../solidity/epochs/Bn254Signature.sol";
import {DrandBeacon} from "../../solidity/epochs/DrandBeacon.sol";
import {Base} from "../Base.sol";

contract Bn254Harness {
    function mapToPoint(uint256 u) external view returns (uint256[2] memory) {
        return Bn254Signature.mapToPoint(u);
    }

    function hashToPoint(bytes32 message) external view returns (uint256[2] memory) {
        return Bn254Signature.hashToPoint(message);
    }

    function verify(uint256[4] memory key, bytes32 message, uint256[2] memory signature)
        external
        view
        returns (bool)
    {
        return Bn254Signature.verify(key, message, signature);
    }
}

/// Signatures that drand's evmnet published.
contract DrandBeaconTest is Base {
    uint64 private constant DRAND_GENESIS = 1_727_521_075;
    uint64 private constant ROUND = 10_000_000;
    Bn254Harness private _curve = new Bn254Harness();

    function publicKey() private pure returns (uint256[4] memory) {
        return [
            0x07e1d1d335df83fa98462005690372c643340060d205306a9aa8106b6bd0b382,
            0x0557ec32c2ad488e4d4f6008f89a346f18492092ccc0d594610de2732c8b808f,
            0x0095685ae3a85ba243747b1b2f426049010f6b73a0cf1d389351d5aaaa1047f6,
            0x297d3a4f9749b33eb2d904c9d9ebf17224150ddd7abd7567a9bec6c74480ee0b
        ];
    }

    function published() private pure returns (uint64[5] memory rounds, uint256[2][5] memory signatures) {
        rounds = [uint64(1), 1000, 10_000_000, 10_000_013, 18_710_192];
        signatures[0] = [
            0x11f812d738a36b2210dc88c2d635ad8039588205f42445d6de09e6530165c346,
            0x2a23aca348c84badcf8df5321ac24577b7963d5b0d780bc4626baedb45cde373
        ];
        signatures[1] = [
            0x06fd5996329504d3a56b482d9222bf7205857d0a9559ddd216ca31a286f6a8cc,
            0x0a120f021aac2f13553fb164f62bc3a5ca32c76dea88a777b39bcf3cac5fdbd6
        ];
        signatures[2] = [
            0x2c7b65b5acfe55256910ca71cf0a0fa71ac34c2a1167f86a22930a03e70ebec0,
            0x0f7a530796e7ee38600b06da0390634a9b154e3eebc3b323dde2111e1c8ebdf3
        ];
        signatures[3] = [
            0x13d1b70855d04ea9af3efc4a03378f655459da97819ca4c63427104cf20bd724,
            0x2c4116eba1899aefcc969a160faa09d164ef5c2dbcef91ad7455ad7c0457d37c
        ];
        signatures[4] = [
            0x174c481ee5453aa002b6a5e4e4b3bad70c62933a286285b5c22e1d6b9304b4d4,
            0x0720072ba15a5c6dfe9f271bd48fd36b9d488334da388da85e45451f95ad1427
        ];
    }

    function messageOf(uint64 round) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(round));
    }

    function test_verify_acceptsWhatDrandPublished() public view {
        (uint64[5] memory rounds, uint256[2][5] memory signatures) = published();
        for (uint256 i; i < 5; ++i) {
            vm.assertTrue(_curve.verify(publicKey(), messageOf(rounds[i]), signatures[i]));
            vm.assertFalse(_curve.verify(publicKey(), messageOf(rounds[i] + 1), signatures[i]));
        }
    }

    function test_verify_refusesPointsThatAreNone() public view {
        (, uint256[2][5] memory signatures) = published();
        uint256[2] memory s = signatures[0];
        vm.assertFalse(_curve.verify(publicKey(), messageOf(1), [s[0], Bn254Signature.P]));
        vm.assertFalse(_curve.verify(publicKey(), messageOf(1), [Bn254Signature.P, s[1]]));
        vm.assertFalse(_curve.verify(publicKey(), messageOf(1), [s[0], s[1] + 1]));
        vm.assertFalse(_curve.verify(publicKey(), messageOf(1), [s[0], Bn254Signature.P - s[1]]));
    }

    function testFuzz_mapToPoint_landsOnTheCurve(uint256 u) public view {
        uint256 p = Bn254Signature.P;
        u = u % p;
        uint256[2] memory point = _curve.mapToPoint(u);
        uint256 x3 = mulmod(mulmod(point[0], point[0], p), point[0], p);
        vm.assertEq(mulmod(point[1], point[1], p), addmod(x3, 3, p));
        vm.assertEq(point[1] % 2, u % 2);
    }

    function test_mapToPoint_refusesWhatIsNoFieldElement() public {
        vm.expectRevert(Bn254Signature.PointInvalid.selector);
        _curve.mapToPoint(Bn254Signature.P);
    }

    function test_beacon_takesTheFirstRoundOfItsEpoch() public {
        (, uint256[2][5] memory signatures) = published();
        // Epoch 1 starts a second before round 10,000,000 is signed, so that is its round.
        uint64 genesis = DRAND_GENESIS + (ROUND - 1) * 3 - 1;
        DrandBeacon beacon = new DrandBeacon(publicKey(), DRAND_GENESIS, 3, genesis, 900);
        vm.assertEq(beacon.roundOf(1), ROUND);
        vm.warp(genesis - 1);
        vm.expectRevert(abi.encodeWithSelector(DrandBeacon.EpochNotBegun.selector, 1));
        beacon.submit(1, signatures[2]);
        vm.warp(genesis + 1);
        (, bool ready) = beacon.randomness(1);
        vm.assertFalse(ready);
        vm.expectRevert(abi.encodeWithSelector(DrandBeacon.BeaconSignatureInvalid.selector, ROUND));
        beacon.submit(1, signatures[3]);
        beacon.submit(1, signatures[2]);
        bytes32 value;
        (value, ready) = beacon.randomness(1);
        vm.assertTrue(ready);
        vm.assertEq(value, sha256(abi.encodePacked(signatures[2])));
        vm.expectRevert(abi.encodeWithSelector(DrandBeacon.BeaconAlreadyKnown.selector, 1));
        beacon.submit(1, signatures[2]);
    }

    function test_beacon_roundAtItsExactSecond() public {
        uint64 genesis = DRAND_GENESIS + 999 * 3;
        DrandBeacon beacon = new DrandBeacon(publicKey(), DRAND_GENESIS, 3, genesis, 900);
        vm.assertEq(beacon.roundOf(1), 1000);
        vm.assertEq(beacon.roundOf(2), 1300);
        DrandBeacon early = new DrandBeacon(publicKey(), DRAND_GENESIS, 3, DRAND_GENESIS - 1, 900);
        vm.expectRevert(abi.encodeWithSelector(DrandBeacon.DrandNotBegun.selector, 1));
        early.roundOf(1);
    }
}
