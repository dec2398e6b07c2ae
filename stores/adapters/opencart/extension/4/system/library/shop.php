<?php
declare(strict_types=1);

namespace Opencart\System\Library\Extension\XeroConnector;

use Opencart\System\Engine\Registry;
use XeroConnector\Connector;
use XeroConnector\Platform;

/** What the connector's library needs of OpenCart 4. */
class Shop implements Platform
{
    /** @var \WeakMap<Registry, Connector>|null the admin makes a second registry to work in the catalog */
    private static ?\WeakMap $connectors = null;

    private Registry $registry;

    /** @var array<string, array<string, string>> the extension that brings a method, by type and code */
    private array $brought = [];

    public function __construct(Registry $registry)
    {
        $this->registry = $registry;
    }

    /** The connector's library for what a controller works in; one a request, so that its outbox is one. */
    public static function connector(Registry $registry): Connector
    {
        self::$connectors ??= new \WeakMap();

        return self::$connectors[$registry]
            ??= new Connector($registry->get('db'), DB_PREFIX, $registry->get('config'), new self($registry));
    }

    /** What the connector said as ISO 8601, by the shop's clock. */
    public static function moment(string $iso): string
    {
        $moment = strtotime($iso);

        return $moment === false ? '' : date('Y-m-d H:i', $moment);
    }

    public function version(): string
    {
        return VERSION;
    }

    public function address(): string
    {
        return rtrim(defined('HTTP_CATALOG') ? HTTP_CATALOG : HTTP_SERVER, '/');
    }

    public function title(string $type, string $code): string
    {
        $extension = $this->extensions($type)[$code] ?? '';
        if ($extension === '') {
            return '';
        }
        $prefix = 'xero_connector_' . $type . '_' . $code;
        $this->registry->get('load')->language('extension/' . $extension . '/' . $type . '/' . $code, $prefix);
        $title = $this->registry->get('language')->get($prefix . '_heading_title');

        return $title === $prefix . '_heading_title' ? '' : trim(strip_tags((string)$title));
    }

    public function addHistory(int $orderId, int $statusId, string $comment, bool $notify): void
    {
        $this->model('checkout/order')->addHistory($orderId, $statusId, $comment, $notify, true);
    }

    public function forgetProducts(): void
    {
        $this->registry->get('cache')->delete('product');
    }

    public function log(string $message): void
    {
        $this->registry->get('log')->write($message);
    }

    /** @return array<string, string> */
    private function extensions(string $type): array
    {
        if (!isset($this->brought[$type])) {
            $rows = $this->model('setting/extension')->getExtensionsByType($type);
            $this->brought[$type] = array_column($rows, 'extension', 'code');
        }

        return $this->brought[$type];
    }

    /** @return object one of the shop's models, with its events */
    private function model(string $route): object
    {
        $this->registry->get('load')->model($route);

        return $this->registry->get('model_' . str_replace('/', '_', $route));
    }
}
