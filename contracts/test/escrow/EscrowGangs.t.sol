// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Agreement, LeaseStatus} from "../../solidity/escrow/EscrowTypes.sol";
import {IEscrow} from "../../solidity/escrow/IEscrow.sol";
import {TestDollar} from "../../solidity/token/TestDollar.sol";
import {SmartAccount} from "../tokens/SmartAccount.sol";
import {EscrowFixture} from "./EscrowFixture.sol";

/// A gang: leases that one tenant signs as one, and that open together or not at all.
contract EscrowGangsTest is EscrowFixture {
    uint256 private constant OPERATOR_KEY = 0x0BE4;
    bytes32 private constant AGREEMENT = keccak256(
        "Agreement(address tenant,address provider,address indexer,address token,uint96 ratePerHour,uint96 deposit,uint32 maxDuration,uint16 indexerFeeBps,bytes32 termsHash,bytes32 salt,uint40 startBy)"
    );
    bytes32 private constant GANG = keccak256(
        "Gang(Agreement[] agreements)Agreement(address tenant,address provider,address indexer,address token,uint96 ratePerHour,uint96 deposit,uint32 maxDuration,uint16 indexerFeeBps,bytes32 termsHash,bytes32 salt,uint40 startBy)"
    );

    function gang(uint256 size) private returns (Agreement[] memory agreements) {
        agreements = new Agreement[](size);
        for (uint256 i; i < size; ++i) {
            agreements[i] = terms();
        }
    }

    /// EIP-712 as the standard says it, apart from the contract's own reckoning.
    function digestOf(Agreement[] memory agreements) private view returns (bytes32) {
        bytes memory members;
        for (uint256 i; i < agreements.length; ++i) {
            members = bytes.concat(members, keccak256(abi.encode(AGREEMENT, agreements[i])));
        }
        return typed(keccak256(abi.encode(GANG, keccak256(members))));
    }

    function providerSigs(Agreement[] memory agreements) private view returns (bytes[] memory signatures) {
        signatures = new bytes[](agreements.length);
        for (uint256 i; i < agreements.length; ++i) {
            signatures[i] = providerSig(agreements[i]);
        }
    }

    function statusOf(Agreement memory a) private view returns (uint256) {
        return uint256(escrow.lease(escrow.leaseIdOf(a.tenant, a.salt)).status);
    }

    function test_openGang_opensAllByOneSignature() public {
        Agreement[] memory agreements = gang(3);
        bytes[] memory ps = providerSigs(agreements);
        bytes memory ts = sign(TENANT_KEY, digestOf(agreements));
        uint256 before = balance(tenant);
        vm.prank(stranger);
        escrow.openGang(agreements, ts, ps);
        vm.assertEq(before - balance(tenant), 3 * uint256(RATE));
        for (uint256 i; i < 3; ++i) {
            vm.assertEq(statusOf(agreements[i]), uint256(LeaseStatus.Open));
        }
        vm.expectRevert(
            abi.encodeWithSelector(
                IEscrow.LeaseExists.selector, escrow.leaseIdOf(tenant, agreements[0].salt), LeaseStatus.Open
            )
        );
        escrow.openGang(agreements, ts, ps);
    }

    function test_openGang_itsSignatureOpensNoPartNorMore() public {
        Agreement[] memory agreements = gang(2);
        bytes memory ts = sign(TENANT_KEY, digestOf(agreements));
        Agreement[] memory part = new Agreement[](1);
        part[0] = agreements[0];
        Agreement[] memory more = new Agreement[](3);
        (more[0], more[1], more[2]) = (agreements[0], agreements[1], terms());
        Agreement[] memory turned = new Agreement[](2);
        (turned[0], turned[1]) = (agreements[1], agreements[0]);
        Agreement[][3] memory others = [part, more, turned];
        for (uint256 i; i < 3; ++i) {
            bytes[] memory ps = providerSigs(others[i]);
            vm.expectRevert();
            escrow.openGang(others[i], ts, ps);
        }
        bytes memory one = providerSig(agreements[0]);
        vm.expectRevert();
        escrow.open(agreements[0], ts, one);
        // Nor does a signature over one agreement open a gang of it.
        bytes memory single = tenantSig(agreements[0]);
        bytes[] memory onePs = providerSigs(part);
        vm.expectRevert();
        escrow.openGang(part, single, onePs);
    }

    function test_openGang_allOrNone() public {
        Agreement[] memory agreements = gang(3);
        bytes[] memory ps = providerSigs(agreements);
        bytes memory ts = sign(TENANT_KEY, digestOf(agreements));
        bytes memory good = ps[2];
        ps[2] = ps[1];
        vm.expectRevert();
        escrow.openGang(agreements, ts, ps);
        ps[2] = good;
        vm.prank(tenant);
        escrow.cancel(agreements[1].salt);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEscrow.LeaseExists.selector,
                escrow.leaseIdOf(tenant, agreements[1].salt),
                LeaseStatus.Cancelled
            )
        );
        escrow.openGang(agreements, ts, ps);
        vm.assertEq(statusOf(agreements[0]), uint256(LeaseStatus.None));
    }

    function test_openGang_isOfOneTenant() public {
        Agreement[] memory agreements = gang(2);
        agreements[1].tenant = stranger;
        bytes[] memory ps = providerSigs(agreements);
        bytes memory ts = sign(TENANT_KEY, digestOf(agreements));
        vm.expectRevert(abi.encodeWithSelector(IEscrow.SignatureInvalid.selector, stranger, tenant));
        escrow.openGang(agreements, ts, ps);
    }

    function test_openGang_wantsASignatureOfEveryProviderAndOpensNothingOfNothing() public {
        Agreement[] memory agreements = gang(2);
        bytes memory ts = sign(TENANT_KEY, digestOf(agreements));
        vm.expectRevert(abi.encodeWithSelector(IEscrow.LengthMismatch.selector, 2, 1));
        escrow.openGang(agreements, ts, new bytes[](1));
        escrow.openGang(new Agreement[](0), "", new bytes[](0));
    }

    function test_openGang_sentByTheTenantNeedsNoSignatureOfIt() public {
        Agreement[] memory agreements = gang(2);
        bytes[] memory ps = providerSigs(agreements);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.SignatureInvalid.selector, tenant, address(0)));
        escrow.openGang(agreements, "", ps);
        vm.prank(tenant);
        escrow.openGang(agreements, "", ps);
        vm.assertEq(statusOf(agreements[1]), uint256(LeaseStatus.Open));
    }

    function test_openGang_refusesTermsThatCannotBe() public {
        Agreement[] memory agreements = gang(2);
        agreements[1].startBy = uint40(time() - 1);
        bytes[] memory ps = providerSigs(agreements);
        bytes memory ts = sign(TENANT_KEY, digestOf(agreements));
        vm.expectRevert(
            abi.encodeWithSelector(IEscrow.AgreementExpired.selector, agreements[1].startBy, time())
        );
        escrow.openGang(agreements, ts, ps);
        vm.prank(guardian);
        escrow.pauseNewLeases();
        vm.expectRevert(IEscrow.NewLeasesPaused.selector);
        escrow.openGang(agreements, ts, ps);
    }

    function test_openGang_byAnOperatorCountsEveryMember() public {
        address operator = vm.addr(OPERATOR_KEY);
        Agreement[] memory agreements = gang(3);
        bytes[] memory ps = providerSigs(agreements);
        bytes memory ts = sign(OPERATOR_KEY, digestOf(agreements));
        vm.prank(tenant);
        escrow.setOperator(operator, address(dollar), 2 * RATE, 10 * RATE, uint40(time() + 1 days));
        vm.expectRevert(
            abi.encodeWithSelector(
                IEscrow.OperatorRateExceeded.selector, operator, 3 * uint256(RATE), 2 * RATE
            )
        );
        escrow.openGang(agreements, ts, ps);
        vm.prank(tenant);
        escrow.setOperator(operator, address(dollar), 3 * RATE, 3 * RATE, uint40(time() + 1 days));
        escrow.openGang(agreements, ts, ps);
        vm.assertEq(escrow.operatorLimit(tenant, operator, address(dollar)).openRatePerHour, 3 * RATE);
        vm.assertEq(escrow.operatorLimit(tenant, operator, address(dollar)).remaining, 0);
        vm.prank(operator);
        escrow.closeBatch(agreements);
        vm.assertEq(escrow.operatorLimit(tenant, operator, address(dollar)).openRatePerHour, 0);
    }

    function test_openGang_anOperatorOfOneTokenOpensNothingInAnother() public {
        address operator = vm.addr(OPERATOR_KEY);
        TestDollar other = new TestDollar();
        escrow.allowToken(address(other), true);
        other.mint(address(this), RATE);
        other.approve(address(escrow), RATE);
        escrow.depositFor(tenant, address(other), RATE);
        vm.prank(tenant);
        escrow.setOperator(operator, address(dollar), 2 * RATE, 10 * RATE, uint40(time() + 1 days));
        Agreement[] memory agreements = gang(2);
        agreements[1].token = address(other);
        bytes[] memory ps = providerSigs(agreements);
        bytes memory ts = sign(OPERATOR_KEY, digestOf(agreements));
        vm.expectRevert(abi.encodeWithSelector(IEscrow.OperatorExpired.selector, operator, uint40(0)));
        escrow.openGang(agreements, ts, ps);
    }

    function test_openGang_ofASmartAccount() public {
        SmartAccount account = new SmartAccount(tenant);
        fund(address(account), 2 * RATE);
        Agreement[] memory agreements = gang(2);
        (agreements[0].tenant, agreements[1].tenant) = (address(account), address(account));
        bytes[] memory ps = providerSigs(agreements);
        escrow.openGang(agreements, sign(TENANT_KEY, digestOf(agreements)), ps);
        vm.assertEq(balance(address(account)), 0);
    }
}
