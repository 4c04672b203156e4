// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Escrow} from "../../solidity/escrow/Escrow.sol";
import {IPayouts} from "../../solidity/escrow/EscrowLedger.sol";
import {Agreement, Voucher} from "../../solidity/escrow/EscrowTypes.sol";
import {NodeRegistry} from "../../solidity/registry/NodeRegistry.sol";
import {NetworkToken} from "../../solidity/token/NetworkToken.sol";
import {TestDollar} from "../../solidity/token/TestDollar.sol";
import {Base} from "../Base.sol";

/// An escrow with one tenant that has money, a provider, an indexer, a treasury that takes 2 %.
abstract contract EscrowFixture is Base {
    uint256 internal constant TENANT_KEY = 0xA11CE;
    uint256 internal constant PROVIDER_KEY = 0xB0B;
    uint96 internal constant DOLLAR = 1e6;
    uint96 internal constant RATE = 3600; // one unit a second
    uint32 internal constant NOTICE = 1 hours;
    uint16 internal constant TREASURY_BPS = 200;
    /// Up to when settlements are signed here, unix seconds; after all that these tests do.
    uint40 internal constant GOOD = 2_000_000_000;

    address internal tenant = vm.addr(TENANT_KEY);
    address internal provider = vm.addr(PROVIDER_KEY);
    address internal indexer = address(0x1D);
    address internal treasury = address(0x7EA);
    address internal guardian = address(0x6A);
    address internal stranger = address(0x57);

    NetworkToken internal networkToken;
    TestDollar internal dollar;
    NodeRegistry internal registry;
    Escrow internal escrow;

    uint256 private _salt;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        networkToken = new NetworkToken(address(this), address(this), 1_000_000e18);
        dollar = new TestDollar();
        registry = new NodeRegistry(address(this), networkToken, 7 days, treasury);
        escrow = new Escrow(address(this), IPayouts(address(registry)), treasury, TREASURY_BPS, NOTICE);
        escrow.allowToken(address(dollar), true);
        escrow.setGuardian(guardian);
        fund(tenant, 1_000_000 * DOLLAR);
    }

    function fund(address account, uint256 amount) internal {
        dollar.mint(address(this), amount);
        dollar.approve(address(escrow), amount);
        escrow.depositFor(account, address(dollar), amount);
    }

    /// An hour at one unit a second.
    function terms() internal returns (Agreement memory) {
        return terms(RATE, RATE);
    }

    function terms(uint96 ratePerHour, uint96 deposit_) internal returns (Agreement memory) {
        return Agreement({
            tenant: tenant,
            provider: provider,
            indexer: indexer,
            token: address(dollar),
            ratePerHour: ratePerHour,
            deposit: deposit_,
            maxDuration: 0,
            indexerFeeBps: 100,
            termsHash: keccak256("terms"),
            salt: keccak256(abi.encode("salt", ++_salt)),
            startBy: uint40(time() + 10 minutes)
        });
    }

    function tenantSig(Agreement memory a) internal view returns (bytes memory) {
        return sign(TENANT_KEY, escrow.hashAgreement(a));
    }

    function providerSig(Agreement memory a) internal view returns (bytes memory) {
        return sign(PROVIDER_KEY, escrow.hashAgreement(a));
    }

    function openLease(Agreement memory a) internal returns (bytes32) {
        return escrow.open(a, tenantSig(a), providerSig(a));
    }

    function openLease() internal returns (Agreement memory a) {
        a = terms();
        openLease(a);
    }

    function typed(bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked("\x19\x01", escrow.domainSeparator(), structHash));
    }

    function balance(address account) internal view returns (uint256) {
        return escrow.balanceOf(account, address(dollar));
    }

    function voucher(uint256 key, address tenant_, uint96 total) internal view returns (Voucher memory) {
        (bytes32 r, bytes32 vs) =
            signShort(key, escrow.hashVoucher(tenant_, provider, address(dollar), total));
        return Voucher(tenant_, total, r, vs);
    }
}
