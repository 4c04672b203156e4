// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {Escrow} from "../../solidity/escrow/Escrow.sol";
import {IPayouts} from "../../solidity/escrow/EscrowLedger.sol";
import {Agreement, OperatorLimit} from "../../solidity/escrow/EscrowTypes.sol";
import {IEscrow} from "../../solidity/escrow/IEscrow.sol";
import {Recover} from "../../solidity/escrow/Recover.sol";
import {SmartAccount} from "../tokens/SmartAccount.sol";
import {EscrowFixture} from "./EscrowFixture.sol";

contract RecoverHarness {
    function fromBytes(bytes32 digest, bytes calldata signature) external view returns (address) {
        return Recover.fromBytes(digest, signature);
    }

    function openZeppelin(bytes32 digest, bytes calldata signature) external pure returns (address signer) {
        (signer,,) = ECDSA.tryRecoverCalldata(digest, signature);
    }

    function fromShort(bytes32 digest, bytes32 r, bytes32 vs) external view returns (address) {
        return Recover.fromShort(digest, r, vs);
    }

    function openZeppelinShort(bytes32 digest, bytes32 r, bytes32 vs) external pure returns (address signer) {
        (signer,,) = ECDSA.tryRecover(digest, r, vs);
    }
}

contract EscrowSignaturesTest is EscrowFixture {
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    uint256 private constant OPERATOR_KEY = 0x0BE8;
    RecoverHarness private _recover = new RecoverHarness();
    address private _operator = vm.addr(OPERATOR_KEY);

    function expectInvalid(Agreement memory a, bytes memory ts, bytes memory ps) private {
        vm.expectRevert();
        vm.prank(stranger);
        escrow.open(a, ts, ps);
    }

    // ── what does not count ───────────────────────────────────────────────────────────────────────────────────

    function test_signature_ofSomeoneElse() public {
        Agreement memory a = terms();
        bytes memory wrong = sign(0xBAD, escrow.hashAgreement(a));
        bytes memory ts = tenantSig(a);
        bytes memory ps = providerSig(a);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.SignatureInvalid.selector, tenant, vm.addr(0xBAD)));
        escrow.open(a, wrong, ps);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.SignatureInvalid.selector, provider, vm.addr(0xBAD)));
        escrow.open(a, ts, wrong);
        expectInvalid(a, "", ps);
        expectInvalid(a, ts, "");
    }

    function test_signature_ofOtherTerms() public {
        Agreement memory a = terms();
        bytes memory ts = tenantSig(a);
        bytes memory ps = providerSig(a);
        a.ratePerHour += 1;
        expectInvalid(a, ts, ps);
    }

    function test_signature_inItsMalleableForm() public {
        Agreement memory a = terms();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(TENANT_KEY, escrow.hashAgreement(a));
        bytes memory twin = abi.encodePacked(r, bytes32(ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        bytes memory ps = providerSig(a);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.SignatureInvalid.selector, tenant, address(0)));
        escrow.open(a, twin, ps);
    }

    function test_signature_forAnotherChainOrEscrow() public {
        Agreement memory a = terms();
        bytes memory ts = tenantSig(a);
        bytes memory ps = providerSig(a);
        Escrow other = new Escrow(address(this), IPayouts(address(registry)), treasury, 0, NOTICE);
        vm.expectRevert();
        other.open(a, ts, ps);
        vm.chainId(999);
        expectInvalid(a, ts, ps);
    }

    function test_dirtyFields_areRefused() public {
        Agreement memory a = terms();
        // The highest byte of each field that is shorter than a word; the ninth and tenth (`termsHash`, `salt`) are not.
        for (uint256 field; field < 11; ++field) {
            if (field == 8 || field == 9) continue;
            bytes memory data = abi.encodeCall(escrow.open, (a, tenantSig(a), providerSig(a)));
            data[4 + field * 32] = 0x01;
            (bool ok, bytes memory why) = address(escrow).call(data);
            vm.assertFalse(ok);
            vm.assertEq(
                keccak256(why),
                keccak256(abi.encodeWithSelector(IEscrow.AgreementInvalid.selector, "padding"))
            );
        }
    }

    // ── EIP-1271 ──────────────────────────────────────────────────────────────────────────────────────────────

    function test_smartAccount_canRentAndServe() public {
        SmartAccount account = new SmartAccount(tenant);
        fund(address(account), 10_000);
        Agreement memory a = terms();
        a.tenant = address(account);
        escrow.open(a, tenantSig(a), providerSig(a));
        a = terms();
        a.provider = address(account);
        escrow.open(a, tenantSig(a), sign(TENANT_KEY, escrow.hashAgreement(a)));
    }

    function test_smartAccount_thatSaysNoOrBreaks() public {
        SmartAccount account = new SmartAccount(stranger);
        fund(address(account), 10_000);
        Agreement memory a = terms();
        a.tenant = address(account);
        expectInvalid(a, tenantSig(a), providerSig(a));
        account.setBroken(true);
        expectInvalid(a, tenantSig(a), providerSig(a));
    }

    // ── operators ─────────────────────────────────────────────────────────────────────────────────────────────

    function allow(uint96 rateCap, uint96 totalCap, uint40 until) private {
        vm.prank(tenant);
        escrow.setOperator(_operator, address(dollar), rateCap, totalCap, until);
    }

    function operatorSig(Agreement memory a) private view returns (bytes memory) {
        return sign(OPERATOR_KEY, escrow.hashAgreement(a));
    }

    function test_operator_signsWithinItsLimits() public {
        allow(RATE, 2 * RATE, uint40(time() + 1 days));
        Agreement memory a = terms();
        escrow.open(a, operatorSig(a), providerSig(a));
        vm.assertEq(escrow.operatorLimit(tenant, _operator, address(dollar)).remaining, RATE);
        vm.prank(_operator);
        escrow.topUpAsOperator(a, 600);
        vm.prank(_operator);
        escrow.close(a);
        vm.assertEq(escrow.operatorLimit(tenant, _operator, address(dollar)).remaining, RATE - 600);
    }

    function test_operator_aboveItsLimits() public {
        allow(RATE, RATE, uint40(time() + 1 days));
        Agreement memory a = terms(RATE + 1, RATE);
        bytes memory ts = operatorSig(a);
        bytes memory ps = providerSig(a);
        vm.expectRevert(
            abi.encodeWithSelector(IEscrow.OperatorRateExceeded.selector, _operator, RATE + 1, RATE)
        );
        escrow.open(a, ts, ps);
        a = terms(RATE, RATE + 1);
        ts = operatorSig(a);
        ps = providerSig(a);
        vm.expectRevert(
            abi.encodeWithSelector(IEscrow.OperatorTotalExceeded.selector, _operator, RATE + 1, RATE)
        );
        escrow.open(a, ts, ps);
    }

    function test_operator_rateCapBoundsWhatIsOpenAtOneTime() public {
        allow(2 * RATE, 100 * RATE, uint40(time() + 1 days));
        Agreement memory first = terms();
        escrow.open(first, operatorSig(first), providerSig(first));
        Agreement memory second = terms();
        escrow.open(second, operatorSig(second), providerSig(second));
        vm.assertEq(openRate(), 2 * RATE);
        Agreement memory third = terms(1, RATE);
        bytes memory ts = operatorSig(third);
        bytes memory ps = providerSig(third);
        bytes memory refusal =
            abi.encodeWithSelector(IEscrow.OperatorRateExceeded.selector, _operator, 2 * RATE + 1, 2 * RATE);
        vm.expectRevert(refusal);
        escrow.open(third, ts, ps);
        // New limits forget nothing that is open; the tenant's own leases count for nobody.
        allow(2 * RATE, 100 * RATE, uint40(time() + 1 days));
        vm.expectRevert(refusal);
        escrow.open(third, ts, ps);
        openLease();
        vm.assertEq(openRate(), 2 * RATE);
        // A lease that ran out of funds makes room as soon as anybody closes it.
        skip(1 hours);
        vm.prank(stranger);
        escrow.close(first);
        vm.assertEq(openRate(), RATE);
        third.startBy = uint40(time());
        escrow.open(third, operatorSig(third), providerSig(third));
        vm.assertEq(openRate(), RATE + 1);
    }

    function test_operator_topsUpNothingBeyondItsCap() public {
        allow(2 * RATE, 100 * RATE, uint40(time() + 1 days));
        Agreement memory a = terms(2 * RATE, 2 * RATE);
        escrow.open(a, operatorSig(a), providerSig(a));
        Agreement memory dear = terms(3 * RATE, 3 * RATE);
        openLease(dear);
        vm.startPrank(_operator);
        escrow.topUpAsOperator(a, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IEscrow.OperatorRateExceeded.selector, _operator, 3 * RATE, 2 * RATE)
        );
        escrow.topUpAsOperator(dear, 1);
        vm.stopPrank();
        allow(RATE, 100 * RATE, uint40(time() + 1 days));
        vm.prank(_operator);
        vm.expectRevert(
            abi.encodeWithSelector(IEscrow.OperatorRateExceeded.selector, _operator, 2 * RATE, RATE)
        );
        escrow.topUpAsOperator(a, 1);
    }

    function openRate() private view returns (uint96) {
        return escrow.operatorLimit(tenant, _operator, address(dollar)).openRatePerHour;
    }

    function test_operator_afterItsEnd() public {
        uint40 until = uint40(time() + 1 hours);
        allow(RATE, 10 * RATE, until);
        Agreement memory running = terms(RATE, 5 * RATE);
        escrow.open(running, operatorSig(running), providerSig(running));
        vm.warp(until);
        Agreement memory a = terms();
        bytes memory ts = operatorSig(a);
        bytes memory ps = providerSig(a);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.OperatorExpired.selector, _operator, until));
        escrow.open(a, ts, ps);
        vm.startPrank(_operator);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.OperatorExpired.selector, _operator, until));
        escrow.topUpAsOperator(running, 1);
        vm.expectRevert();
        escrow.close(running);
        vm.stopPrank();
    }

    function test_operator_dismissed() public {
        allow(RATE, 10 * RATE, uint40(time() + 1 days));
        allow(0, 0, 0);
        Agreement memory a = terms();
        expectInvalid(a, operatorSig(a), providerSig(a));
        vm.expectRevert(IEscrow.ZeroAddress.selector);
        escrow.setOperator(address(0), address(dollar), 0, 0, 0);
    }

    // ── the differential test of `Recover` ────────────────────────────────────────────────────────────────────

    function testFuzz_recover_agreesWithOpenZeppelin(uint256 key, bytes32 digest, uint8 flip, uint8 place)
        public
        view
    {
        key = bound(key, 1, ORDER - 1);
        bytes memory signature = sign(key, digest);
        vm.assertEq(_recover.fromBytes(digest, signature), vm.addr(key));
        signature[place % 65] = bytes1(uint8(signature[place % 65]) ^ flip);
        vm.assertEq(_recover.fromBytes(digest, signature), _recover.openZeppelin(digest, signature));
    }

    function testFuzz_recover_garbage(bytes32 digest, bytes calldata garbage, bytes32 r, bytes32 vs)
        public
        view
    {
        vm.assertEq(_recover.fromBytes(digest, garbage), _recover.openZeppelin(digest, garbage));
        vm.assertEq(_recover.fromShort(digest, r, vs), _recover.openZeppelinShort(digest, r, vs));
    }

    function testFuzz_recover_short(uint256 key, bytes32 digest) public view {
        key = bound(key, 1, ORDER - 1);
        (bytes32 r, bytes32 vs) = signShort(key, digest);
        vm.assertEq(_recover.fromShort(digest, r, vs), vm.addr(key));
    }

    function testFuzz_hashAgreement_isEip712(Agreement memory a) public view {
        bytes32 typeHash = keccak256(
            "Agreement(address tenant,address provider,address indexer,address token,uint96 ratePerHour,uint96 deposit,uint32 maxDuration,uint16 indexerFeeBps,bytes32 termsHash,bytes32 salt,uint40 startBy)"
        );
        vm.assertEq(escrow.hashAgreement(a), typed(keccak256(bytes.concat(typeHash, abi.encode(a)))));
    }
}
