<?php
declare(strict_types=1);

namespace Tests\OpenCart\Four;

use Opencart\System\Library\Extension\XeroConnector\Triggers;
use PHPUnit\Framework\TestCase;

require_once dirname(__DIR__, 5) . '/stores/adapters/opencart/extension/4/system/library/triggers.php';

/** How each version of OpenCart 4 spells an event and its handler. */
final class TriggersTest extends TestCase
{
    /** @dataProvider versions */
    public function testAVersionIsSpokenToAsItSpells(string $version, string $trigger, string $action): void
    {
        $actions = array_column(Triggers::all($version), 'action', 'trigger');

        self::assertSame('extension/xero_connector/event/' . $action, $actions[$trigger] ?? 'no such trigger');
    }

    public static function versions(): array
    {
        return [
            ['4.0.1.1', 'catalog/model/checkout/order/addHistory/after', 'record|orderChanged'],
            ['4.0.2.0', 'catalog/model/checkout/order/addHistory/after', 'record.orderChanged'],
            ['4.0.2.3', 'catalog/model/checkout/order/deleteOrder/before', 'record.orderGoes'],
            ['4.1.0.0', 'catalog/model/checkout/order.addHistory/after', 'record.orderChanged'],
            ['4.1.0.4', 'admin/model/catalog/product.editProduct/after', 'record.productChanged'],
            ['4.1.0.4', 'admin/view/sale/order_list/after', 'page.orderRows'],
        ];
    }

    /** The shop finds a handler by its name only when the event happens: a wrong one would be noticed by nobody. */
    public function testEachHandlerIsThere(): void
    {
        $root = dirname(__DIR__, 5) . '/stores/adapters/opencart/extension/4/';
        foreach (Triggers::all('4.1.0.4') as $event) {
            [$controller, $method] = explode('.', substr($event['action'], strlen('extension/xero_connector/')));
            $application = explode('/', $event['trigger'])[0];
            $code = (string) file_get_contents($root . $application . '/controller/' . $controller . '.php');

            self::assertStringContainsString('public function ' . $method . '(', $code, $event['trigger']);
        }
    }

    public function testNothingIsListenedToTwice(): void
    {
        $triggers = array_column(Triggers::all('4.1.0.4'), 'trigger');

        self::assertSame(array_unique($triggers), $triggers);
    }
}
